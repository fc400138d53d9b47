package io.lofn.hdfs;

import io.lofn.api.LofnException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Copies files to and from Hadoop's file systems, for programs that prepare a volume or fetch a
 * result. Paths without a scheme are on the default file system, as for the {@code hadoop fs}
 * command. Immutable and thread-safe; there is nothing to close.
 *
 * <pre>{@code
 * HadoopFiles files = new HadoopFiles(context.hadoopConfiguration());
 * files.put(Path.of("hg38.fa"), "hdfs:///reference/hg38.fa");
 * }</pre>
 */
public final class HadoopFiles {

  private final Configuration hadoop;

  /**
   * Creates an instance.
   *
   * @param hadoop a job's configuration, such as {@code JavaSparkContext.hadoopConfiguration()}
   */
  public HadoopFiles(Configuration hadoop) {
    this.hadoop = new Configuration(hadoop);
  }

  /**
   * Copies a file, or a directory with all below it, to a file system.
   *
   * @param source a path of this machine
   * @param target its path there, which must not exist; missing parent directories are created
   * @throws LofnException if the source does not exist, the target exists, or it cannot be written;
   *     a partial copy is deleted
   */
  public void put(Path source, String target) {
    tell(
        "copy %s to %s".formatted(source, target),
        () -> copy(local(), pathOf(source), of(target), new org.apache.hadoop.fs.Path(target)));
  }

  /**
   * Copies a file, or a directory with all below it, to this machine.
   *
   * @param source its path on its file system
   * @param target a path of this machine, which must not exist; missing parent directories are
   *     created
   * @throws LofnException if the source does not exist or may not be read, the target exists, or it
   *     cannot be written; a partial copy is deleted
   */
  public void get(String source, Path target) {
    tell(
        "copy %s to %s".formatted(source, target),
        () -> copy(of(source), new org.apache.hadoop.fs.Path(source), local(), pathOf(target)));
  }

  /**
   * Creates a directory with its parents. A directory that exists already is no error.
   *
   * @param directory its path
   * @throws LofnException if a file has this path, or the user has no permission
   */
  public void mkdirs(String directory) {
    tell(
        "create the directory " + directory,
        () -> {
          org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory);
          if (!of(directory).mkdirs(path)) {
            throw new IOException("the file system gives no reason");
          }
        });
  }

  /**
   * Deletes a file, or a directory with all below it.
   *
   * @param path its path
   * @throws LofnException if it does not exist, or the user has no permission
   */
  public void delete(String path) {
    tell(
        "delete " + path,
        () -> {
          FileSystem fileSystem = of(path);
          org.apache.hadoop.fs.Path doomed = new org.apache.hadoop.fs.Path(path);
          fileSystem.getFileStatus(doomed); // Throws FileNotFoundException if it does not exist.
          if (!fileSystem.delete(doomed, true) && fileSystem.exists(doomed)) {
            throw new IOException("the file system gives no reason");
          }
        });
  }

  private void copy(
      FileSystem from,
      org.apache.hadoop.fs.Path source,
      FileSystem to,
      org.apache.hadoop.fs.Path target)
      throws IOException {
    from.getFileStatus(source);
    if (to.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    org.apache.hadoop.fs.Path parent = target.getParent();
    if (parent != null && !to.mkdirs(parent)) {
      throw new IOException("could not create the directory " + parent);
    }
    boolean copied = false;
    try {
      copied = FileUtil.copy(from, source, to, target, false, false, hadoop);
    } finally {
      if (!copied) {
        to.delete(target, true);
      }
    }
    if (!copied) {
      throw new IOException("the file system gives no reason");
    }
  }

  private static org.apache.hadoop.fs.Path pathOf(Path local) {
    return new org.apache.hadoop.fs.Path(local.toAbsolutePath().toUri());
  }

  private FileSystem local() throws IOException {
    return FileSystem.getLocal(hadoop).getRaw();
  }

  private FileSystem of(String path) throws IOException {
    return FileSystems.of(new org.apache.hadoop.fs.Path(path), hadoop);
  }

  private interface Operation {
    void run() throws IOException;
  }

  private static void tell(String what, Operation operation) {
    try {
      operation.run();
    } catch (FileNotFoundException e) {
      throw failed(what, "it does not exist: " + e.getMessage(), e);
    } catch (FileAlreadyExistsException | ParentNotDirectoryException e) {
      throw failed(what, "a file or directory with this path exists already: " + e.getMessage(), e);
    } catch (AccessControlException e) {
      throw failed(what, "the user has no permission: " + e.getMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw failed(what, String.valueOf(e.getMessage()), e);
    }
  }

  private static LofnException failed(String what, String why, Exception cause) {
    return new LofnException("Could not %s: %s".formatted(what, why), cause);
  }
}
