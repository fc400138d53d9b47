package io.lofn.hdfs;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Local files as a file system with the scheme {@code test:}, whose behaviour a test can change.
 */
public final class TestFileSystem extends RawLocalFileSystem {

  /** The configuration that registers it. */
  static final Map<String, String> CONFIGURATION =
      Map.of("fs.test.impl", TestFileSystem.class.getName(), "fs.test.impl.disable.cache", "true");

  /** The hook that runs when a file is opened. */
  interface Opening {
    void opened(Path file) throws IOException;
  }

  static volatile Opening opening = file -> {};

  /** The entity tag of every file; empty means no tags. */
  static volatile String tag = "";

  /** For Hadoop. */
  public TestFileSystem() {}

  static URI uriOf(java.nio.file.Path path) {
    return URI.create("test:" + path.toUri().getRawPath());
  }

  static void reset() {
    opening = file -> {};
    tag = "";
  }

  @Override
  public URI getUri() {
    return URI.create("test:///");
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    FSDataInputStream in = super.open(file, bufferSize);
    opening.opened(file);
    return in;
  }

  @Override
  public FileStatus getFileStatus(Path file) throws IOException {
    return tagged(super.getFileStatus(file));
  }

  @Override
  public FileStatus[] listStatus(Path directory) throws IOException {
    List<FileStatus> tagged = new ArrayList<>();
    for (FileStatus status : super.listStatus(directory)) {
      tagged.add(tagged(status));
    }
    return tagged.toArray(new FileStatus[0]);
  }

  /** The status that Hadoop gives looks for permissions at URIs of local files only. */
  private static FileStatus tagged(FileStatus status) throws IOException {
    FileStatus plain =
        new FileStatus(
            status.getLen(),
            status.isDirectory(),
            1,
            status.getBlockSize(),
            status.getModificationTime(),
            status.getPath());
    return tag.isEmpty() ? plain : new Tagged(plain, tag);
  }

  private static final class Tagged extends FileStatus implements EtagSource {

    private static final long serialVersionUID = 1L;

    private final String tag;

    Tagged(FileStatus status, String tag) throws IOException {
      super(status);
      this.tag = tag;
    }

    @Override
    public String getEtag() {
      return tag;
    }

    @Override
    public boolean equals(Object other) {
      return super.equals(other);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }
}
