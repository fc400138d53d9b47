package io.lofn.hdfs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The directory of one copy. It holds {@code data}, which is valid once {@code complete} exists;
 * marks of the processes that use the copy and of the one that makes it; and incomplete data. Every
 * method except {@link #data} must be called under the lock of the cache.
 *
 * @param directory the directory in the cache, for one state of one source
 */
record CacheEntry(Path directory) {

  private static final String DATA = "data";
  private static final String COMPLETE = "complete";
  private static final String USE = "use";
  private static final String COPY = "copy";
  private static final String INCOMPLETE = "incomplete-";

  Path data() {
    return directory.resolve(DATA);
  }

  boolean isComplete() {
    return Files.exists(complete());
  }

  /** Returns the bytes that the copy has or will have; 0 if the process that made it has ended. */
  long bytes() throws IOException {
    if (isComplete()) {
      return Long.parseLong(Files.readAllLines(complete()).get(0));
    }
    long bytes = 0;
    for (Path mark : marks(COPY)) {
      bytes += Mark.holds(mark) ? Mark.read(mark) : 0;
    }
    return bytes;
  }

  boolean isBeingMade() throws IOException {
    return isMarked(COPY);
  }

  /** Returns a text that changes as long as the copy makes progress. */
  String progress() throws IOException {
    StringBuilder progress = new StringBuilder();
    for (Path mark : marks(COPY)) {
      progress.append(Mark.progress(mark));
    }
    return progress.toString();
  }

  boolean isUsed() throws IOException {
    return isMarked(USE);
  }

  private boolean isMarked(String kind) throws IOException {
    for (Path mark : marks(kind)) {
      if (Mark.holds(mark)) {
        return true;
      }
    }
    return false;
  }

  private List<Path> marks(String kind) throws IOException {
    List<Path> marks = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, kind + "-*")) {
      found.forEach(marks::add);
    }
    return marks;
  }

  FileTime lastUse() throws IOException {
    return Files.getLastModifiedTime(complete());
  }

  /** Marks the copy as used. */
  Mark use() throws IOException {
    touch();
    return Mark.set(directory, USE, 0);
  }

  /** Records that the copy was used until now. */
  void touch() throws IOException {
    try {
      Files.setLastModifiedTime(complete(), FileTime.from(Instant.now()));
    } catch (NoSuchFileException gone) {
      // The application's directory was deleted meanwhile; nothing to record.
    }
  }

  /** Marks the copy as being made, with its expected bytes. */
  Mark make(long bytes) throws IOException {
    Files.createDirectories(directory);
    return Mark.set(directory, COPY, bytes);
  }

  /** Returns a new path for incomplete data. */
  Path incomplete() {
    return directory.resolve(INCOMPLETE + UUID.randomUUID());
  }

  /** Publishes data as the copy; it must be complete, sealed and written to disk. */
  void complete(Path data, long bytes, String source) throws IOException {
    Files.move(data, data(), StandardCopyOption.ATOMIC_MOVE);
    Path marker = Files.writeString(incomplete(), bytes + "\n" + source + "\n");
    Files.move(marker, complete(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path complete() {
    return directory.resolve(COMPLETE);
  }
}
