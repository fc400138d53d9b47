package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;

/**
 * The state of a source at one time: all its files and directories, and a stamp that changes
 * whenever one of them is added, removed or changed.
 *
 * @param items the source itself first, with an empty name, then everything below it
 * @param stamp a hash that is usable as a file name
 */
record VolumeSnapshot(List<Item> items, String stamp) {

  private static final int STAMP_LENGTH = 32;

  /**
   * A file or directory of the source.
   *
   * @param name relative to the source
   */
  record Item(String name, FileStatus status) {
    boolean isSource() {
      return name.isEmpty();
    }
  }

  /**
   * Reads the state of a source.
   *
   * @throws java.io.FileNotFoundException if it does not exist
   */
  static VolumeSnapshot of(FileSystem fileSystem, Path source) throws IOException {
    List<Item> items = new ArrayList<>();
    collect(fileSystem, new Item("", fileSystem.getFileStatus(source)), items);
    StringBuilder state = new StringBuilder();
    for (Item item : items) {
      state.append(item.status().getPath()).append('\n').append(stateOf(item.status()));
    }
    return new VolumeSnapshot(items, hash(state.toString()));
  }

  private static void collect(FileSystem fileSystem, Item item, List<Item> items)
      throws IOException {
    items.add(item);
    if (item.status().isDirectory()) {
      FileStatus[] children = fileSystem.listStatus(item.status().getPath());
      Arrays.sort(children, Comparator.comparing(FileStatus::getPath));
      for (FileStatus child : children) {
        String name = child.getPath().getName();
        collect(
            fileSystem, new Item(item.isSource() ? name : item.name() + "/" + name, child), items);
      }
    }
  }

  /**
   * Returns the parts of a listing that change with the content. HDFS numbers its files, and object
   * stores have entity tags; checksums would need one call for each file and run.
   */
  private static String stateOf(FileStatus status) {
    if (status.isDirectory()) {
      // Object stores report no real times of directories.
      return "directory\n";
    }
    String identity = "";
    if (status instanceof EtagSource tagged) {
      identity = String.valueOf(tagged.getEtag());
    } else if (status instanceof HdfsFileStatus numbered) {
      identity = Long.toString(numbered.getFileId());
    }
    return "%d %d %s\n".formatted(status.getLen(), status.getModificationTime(), identity);
  }

  private static String hash(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, STAMP_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the source itself. */
  FileStatus source() {
    return items.get(0).status();
  }

  /** Returns the total length of all files. */
  long bytes() {
    return items.stream()
        .filter(item -> item.status().isFile())
        .mapToLong(item -> item.status().getLen())
        .sum();
  }
}
