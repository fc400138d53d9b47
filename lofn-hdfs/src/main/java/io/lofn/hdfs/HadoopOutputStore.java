package io.lofn.hdfs;

import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Stores binary outputs on Hadoop file systems. It does not close the file systems, which Hadoop
 * manages.
 */
final class HadoopOutputStore implements OutputStore {

  private final Configuration hadoop;
  private final Map<String, String> environment;
  private final LocalNames localNames;

  HadoopOutputStore(Configuration hadoop) {
    this(hadoop, System.getenv(), LocalNames.ofThisJvm());
  }

  HadoopOutputStore(Configuration hadoop, Map<String, String> environment, LocalNames localNames) {
    this.hadoop = hadoop;
    this.environment = environment;
    this.localNames = localNames;
  }

  @Override
  public String locate(String path) throws IOException {
    Path given = new Path(path);
    FileSystem fileSystem = of(given);
    // Not Hadoop's working directory: for local files that is the directory of the JVM.
    Path absolute = given.isAbsolute() ? given : new Path(home(fileSystem), given.toString());
    return fileSystem.makeQualified(absolute).toString();
  }

  /**
   * Returns the home directory; for a user whom the system does not know, the JVM returns {@code
   * ?}.
   */
  private Path home(FileSystem fileSystem) throws IOException {
    boolean local = fileSystem instanceof RawLocalFileSystem;
    if (!local || System.getProperty("user.home", "").startsWith("/")) {
      return fileSystem.getHomeDirectory();
    }
    String home = environment.getOrDefault("HOME", "");
    if (!home.startsWith("/")) {
      throw new IOException(
          "the user of this process has no home directory; use an absolute path, for example in"
              + " spark.lofn.output.dir");
    }
    return new Path(home);
  }

  @Override
  public boolean exists(String location) throws IOException {
    Path path = new Path(location);
    return of(path).exists(path);
  }

  @Override
  public OutputStream create(String location) throws IOException {
    Path path = new Path(location);
    FileSystem fileSystem = of(path);
    if (fileSystem instanceof RawLocalFileSystem) {
      localNames.requireWritable(path);
    }
    return fileSystem.create(path, false);
  }

  @Override
  public InputStream open(String location) throws IOException {
    Path path = new Path(location);
    return of(path).open(path);
  }

  @Override
  public List<StoredPath> list(String location) throws IOException {
    Path path = new Path(location);
    FileSystem fileSystem = of(path);
    if (fileSystem instanceof RawLocalFileSystem) {
      localNames.requireReadable(path);
    }
    FileStatus[] children;
    try {
      children = fileSystem.listStatus(path);
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return Arrays.stream(children)
        .map(
            child ->
                new StoredPath(
                    child.getPath().getName(),
                    child.isDirectory(),
                    child.isDirectory() ? 0 : child.getLen()))
        .sorted(Comparator.comparing(StoredPath::name))
        .toList();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path source = new Path(from);
    Path target = new Path(to);
    FileSystem fileSystem = of(source);
    // A rename onto a directory would go into it, and one onto a local file would replace it.
    if (fileSystem.exists(target)) {
      throw new FileAlreadyExistsException(to + " already exists");
    }
    boolean made = fileSystem.mkdirs(target.getParent());
    if (!made || !fileSystem.rename(source, target)) {
      throw new IOException("Could not rename " + from + " to " + to);
    }
  }

  @Override
  public void delete(String location) throws IOException {
    Path path = new Path(location);
    FileSystem fileSystem = of(path);
    if (!fileSystem.delete(path, true) && fileSystem.exists(path)) {
      throw new IOException("Could not delete " + location);
    }
  }

  private FileSystem of(Path path) throws IOException {
    return FileSystems.of(path, hadoop);
  }
}
