package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Gives outputs that are committed the names of a user. The last step is one rename, so that they
 * are at the target whole or not at all where the file system renames at once.
 */
final class OutputMove {

  private final String directory;
  private final OutputStore store;
  private final String target;

  /** What is done in a move. */
  interface Step {
    void take(OutputMove move) throws IOException;
  }

  /**
   * @param store where both are
   * @param directory the location of the outputs
   * @param target the full location
   * @throws LofnException if it is on another file system, or something is there
   */
  OutputMove(OutputStore store, String directory, String target) throws IOException {
    this.directory = directory;
    this.store = store;
    this.target = target;
    requireSameFileSystem();
    if (store.exists(target)) {
      throw new LofnException(
          "The target %s exists already, and nothing is overwritten; name another or delete it"
              .formatted(target));
    }
  }

  private void requireSameFileSystem() {
    if (!rootOf(directory).equals(rootOf(target))) {
      throw new LofnException(
          "The outputs in %s cannot be moved to %s, which is on another file system; give the parent of the target as spark.lofn.output.dir, or as the last argument of mapBinary"
              .formatted(directory, target));
    }
  }

  /** Scheme and authority. */
  private static String rootOf(String location) {
    int scheme = location.indexOf(':');
    if (!location.startsWith("//", scheme + 1)) {
      return location.substring(0, scheme + 1) + "/";
    }
    int path = location.indexOf('/', scheme + 3);
    return path < 0 ? location : location.substring(0, path + 1);
  }

  /** Renames what the directory holds for each partition, once all new names are known to do. */
  void rename(UnaryOperator<String> naming) throws IOException {
    List<String> names =
        new ArrayList<>(store.list(directory).stream().map(StoredPath::name).toList());
    Map<String, String> renamed = new LinkedHashMap<>();
    for (String name : names) {
      String wanted = naming.apply(name);
      if (!name.equals(wanted)) {
        String other = renamed.put(checked(name, wanted), name);
        if (other != null || names.contains(wanted)) {
          throw new LofnException(
              "The output %s cannot be named %s: that is the name of another one, %s"
                  .formatted(name, wanted, other == null ? wanted : other));
        }
      }
    }
    for (Map.Entry<String, String> each : renamed.entrySet()) {
      store.rename(location(each.getValue()), location(each.getKey()));
    }
  }

  private static String checked(String name, String wanted) {
    if (wanted == null) {
      throw new LofnException("The output %s is given no name: null".formatted(name));
    }
    return BinaryFile.of(wanted, InputStream::nullInputStream).name();
  }

  void directory() throws IOException {
    store.rename(directory, target);
  }

  /**
   * @param entries what is in the directory
   */
  void onlyFile(List<StoredPath> entries) throws IOException {
    if (entries.size() != 1) {
      throw new LofnException(
          "%s holds %d files, not one; use moveTo".formatted(directory, entries.size()));
    }
    store.rename(location(entries.get(0).name()), target);
  }

  private String location(String name) {
    return directory + "/" + name;
  }
}
