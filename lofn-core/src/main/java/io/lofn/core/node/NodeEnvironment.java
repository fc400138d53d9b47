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

  /** Directories that no other executor has a share in. */
  public NodeEnvironment(List<Path> paths) {
    this(paths, new Layout() {});
  }

  /** Where other executors of the node keep their files, as far as whoever starts them tells. */
  public interface Layout {

    /** The directory that all executors of the node share; empty if a directory is in none. */
    default Optional<Path> shared(Path directory) {
      return Optional.empty();
    }

    /** The directories of other executors beside one; empty if it is in no shared one. */
    default List<Path> beside(Path directory) {
      return List.of();
    }
  }
}
