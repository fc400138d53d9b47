package io.lofn.core.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Directories of this node that lofn may keep files in.
 *
 * @param paths at least one, absolute
 * @param layout how they lie beside those of other executors
 * @param encrypted whether what is kept there should be encrypted, as Spark does with its own files
 */
public record NodeEnvironment(List<Path> paths, Layout layout, boolean encrypted) {

  /** Directories whose files may be plain. */
  public NodeEnvironment(List<Path> paths, Layout layout) {
    this(paths, layout, false);
  }

  /** Makes an environment of directories that no other executor shares. */
  public NodeEnvironment(List<Path> paths) {
    this(paths, new Layout() {});
  }

  /**
   * Tells where other executors of the node keep their files, as far as the cluster manager tells.
   */
  public interface Layout {

    /** Returns the directory that all executors of the node share; empty if there is none. */
    default Optional<Path> shared(Path directory) {
      return Optional.empty();
    }

    /**
     * Returns the directories of other executors beside one; empty if it is not in a shared one.
     */
    default List<Path> beside(Path directory) {
      return List.of();
    }
  }
}
