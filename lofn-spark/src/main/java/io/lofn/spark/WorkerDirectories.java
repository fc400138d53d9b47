package io.lofn.spark;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the workers of a standalone cluster let executors keep files: {@code
 * spark-<worker>/executor-<application>} below a local directory, so that the executors of two
 * applications, or of two workers, of a node share none.
 */
final class WorkerDirectories {

  private static final String WORKER = "spark-";
  private static final String APPLICATION = "executor-";

  private WorkerDirectories() {}

  /** The directories of other workers and applications beside one; empty if it is no such one. */
  static List<Path> beside(Path directory) {
    Path worker = directory.getParent();
    Path root = worker == null ? null : worker.getParent();
    if (worker == null
        || root == null
        || !isNamed(directory, APPLICATION)
        || !isNamed(worker, WORKER)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    for (Path each : list(root, WORKER)) {
      found.addAll(list(each, APPLICATION));
    }
    found.remove(directory);
    return found;
  }

  private static boolean isNamed(Path path, String prefix) {
    return path.getFileName().toString().startsWith(prefix);
  }

  /** What a directory has, or nothing if it is gone, or another user's. */
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
