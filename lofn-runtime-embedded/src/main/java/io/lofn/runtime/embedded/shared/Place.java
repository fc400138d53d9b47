package io.lofn.runtime.embedded.shared;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.spi.OutputStore;
import io.lofn.spi.OutputStoreProvider;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Where the store is: a directory, and what reads and writes its file system.
 *
 * @param files of the file system
 * @param root the directory
 * @param path the directory where it is a path of the node
 */
record Place(OutputStore files, String root, Optional<Path> path) {

  private static final String FILE = "file";

  /**
   * Finds the place of a setting.
   *
   * @throws EngineException if nothing serves its file system
   */
  static Place of(String setting, RuntimeConfig config) {
    try {
      URI uri = new URI(setting.replace(" ", "%20"));
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getScheme() == null || scheme.equals(FILE)) {
        return local(setting, uri);
      }
      OutputStore files = provider(setting).create(config.hadoop());
      return new Place(files, files.locate(setting).replaceFirst("/+$", ""), Optional.empty());
    } catch (URISyntaxException | InvalidPathException e) {
      throw wrong(setting, "is neither a path nor a URI: " + e.getMessage(), e);
    } catch (IOException | LofnException | IllegalArgumentException | LinkageError e) {
      throw wrong(setting, "cannot be opened: " + e.getMessage(), e);
    }
  }

  private static Place local(String setting, URI uri) {
    Path path = Path.of(uri.getScheme() == null ? setting : String.valueOf(uri.getPath()));
    if (!path.isAbsolute()) {
      throw wrong(
          setting, "is not absolute", new IllegalArgumentException("a relative path: " + path));
    }
    return new Place(new PathFiles(), path.normalize().toString(), Optional.of(path.normalize()));
  }

  /** Like other services, by the loader that sees {@code --jars} before lofn's own. */
  private static OutputStoreProvider provider(String setting) {
    for (ClassLoader each :
        new ClassLoader[] {
          Thread.currentThread().getContextClassLoader(), Place.class.getClassLoader()
        }) {
      try {
        Iterator<OutputStoreProvider> found =
            ServiceLoader.load(OutputStoreProvider.class, each).iterator();
        if (found.hasNext()) {
          return found.next();
        }
      } catch (ServiceConfigurationError e) {
        throw wrong(setting, "cannot be opened: " + e.getMessage(), e);
      }
    }
    throw wrong(
        setting,
        "is not a path, and no jar here reads other file systems; add the jar lofn-hdfs",
        new IllegalStateException("no " + OutputStoreProvider.class.getName()));
  }

  private static EngineException wrong(String setting, String why, Throwable cause) {
    return new EngineException(
        "%s '%s' %s. Write an absolute path that all nodes have, or a URI of a Hadoop file system such as hdfs:///images"
            .formatted(SharedStore.SETTING, setting, why),
        cause);
  }

  /** Returns the location of one of its files. */
  String at(String name) {
    return root + "/" + name;
  }

  @Override
  public String toString() {
    return root;
  }
}
