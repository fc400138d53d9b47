package io.lofn.core.feed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells from access times whether a tool has read any of its input files. Each file gets an access
 * time of long ago; the kernel replaces it at the next read, on every file system that is not
 * mounted with {@code noatime}. Where a read by this class does not replace it, nothing is told.
 */
final class FileReads {

  /** With more files a tool may well read some only. */
  static final int MOST_FILES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(FileReads.class);
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));

  private final Map<Path, Map<String, Object>> files;

  private FileReads(Map<Path, Map<String, Object>> files) {
    this.files = files;
  }

  /** Begins to watch files that nobody reads from now on but the tool. */
  static FileReads watch(List<Path> files) {
    Map<Path, Map<String, Object>> watched = new HashMap<>();
    try {
      if (files.isEmpty() || files.size() > MOST_FILES || !showsReads(files.get(0))) {
        return new FileReads(Map.of());
      }
      for (Path file : files) {
        setLongAgo(file);
        watched.put(file, state(file));
      }
      return new FileReads(watched);
    } catch (IOException | RuntimeException e) {
      LOG.debug("Cannot watch whether the input files {} are read", files, e);
      return new FileReads(Map.of());
    }
  }

  /**
   * Whether it is known that no file has been read, changed, moved or linked since.
   *
   * @return {@code false} also where the file system does not tell
   */
  boolean noneRead() {
    try {
      for (Map.Entry<Path, Map<String, Object>> file : files.entrySet()) {
        if (!state(file.getKey()).equals(file.getValue())) {
          return false;
        }
      }
      return !files.isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean showsReads(Path file) throws IOException {
    Map<String, Object> written = state(file);
    if (!written.get("nlink").equals(1) || written.get("size").equals(0L)) {
      return false;
    }
    setLongAgo(file);
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      int unused = in.read();
    }
    return !state(file).get("lastAccessTime").equals(LONG_AGO);
  }

  private static void setLongAgo(Path file) throws IOException {
    Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(null, LONG_AGO, null);
  }

  private static Map<String, Object> state(Path file) throws IOException {
    return Files.readAttributes(
        file, "unix:ino,nlink,size,lastAccessTime,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
  }
}
