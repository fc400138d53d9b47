package io.lofn.spark.executor;

import io.lofn.core.node.NodeEnvironment;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directories in which the workers of a standalone cluster let executors keep files: {@code
 * spark-<worker>/executor-<application>} below a local directory. So the executors of two
 * applications, or of two workers, of a node share none.
 */
final class WorkerDirectories implements NodeEnvironment.Layout {

  private static final String WORKER = "spark-";
  private static final String APPLICATION = "executor-";

  /**
   * Returns the directory that all workers of the node share; empty if a directory is not a
   * worker's.
   */
  @Override
  public Optional<Path> shared(Path directory) {
    Path worker = directory.getParent();
    boolean known = worker != null && isNamed(directory, APPLICATION) && isNamed(worker, WORKER);
    return known ? Optional.ofNullable(worker.getParent()) : Optional.empty();
  }

  /**
   * Returns the directories of other workers and applications beside one; empty if it is not a
   * worker's.
   */
  @Override
  public List<Path> beside(Path directory) {
    List<Path> found = new ArrayList<>();
    shared(directory)
        .ifPresent(
            root -> list(root, WORKER).forEach(each -> found.addAll(list(each, APPLICATION))));
    found.remove(directory);
    return found;
  }

  private static boolean isNamed(Path path, String prefix) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(prefix);
  }

  /** Returns the contents of a directory; nothing if it is gone, or another user's. */
  private static List<Path> list(Path directory, String prefix) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, prefix + "*")) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    return found;
  }
}
