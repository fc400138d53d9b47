package io.lofn.hdfs;

import io.lofn.api.StagingException;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a cache below its size: what was used least recently goes first, and nothing goes that is
 * in use. All but {@link #deleteDiscarded} is called under the lock of the cache.
 */
final class CacheSpace {

  private static final Logger LOG = LoggerFactory.getLogger(CacheSpace.class);
  private static final String DISCARDED = "discarded-";

  /** Tells how much the disk of a directory has free. */
  interface Disk {
    long freeBytes(Path directory) throws IOException;
  }

  private final Path directory;
  private final long maxBytes;
  private final Disk disk;

  CacheSpace(Path directory, long maxBytes, Disk disk) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.disk = disk;
  }

  long maxBytes() {
    return maxBytes;
  }

  /** A copy that may go, and what it holds. */
  private record Unused(CacheEntry entry, long bytes, long lastUse) {}

  /**
   * Makes room for a copy.
   *
   * @param whole how long it is, as far as that is known
   * @param more what it does not have yet
   * @throws StagingException if there cannot be so much
   */
  void makeRoom(String source, long whole, long more) throws IOException {
    if (whole > maxBytes) {
      throw new StagingException(
          "The volume %s takes %d bytes or more on a node, and spark.lofn.volumes.maxSize allows %d; raise it"
              .formatted(source, whole, maxBytes));
    }
    long held = 0;
    List<Unused> unused = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path path : entries) {
        if (!path.getFileName().toString().startsWith(DISCARDED)) {
          CacheEntry entry = new CacheEntry(path);
          long bytes = entry.bytes();
          held += bytes;
          if (entry.isComplete() && !entry.isUsed()) {
            unused.add(new Unused(entry, bytes, entry.lastUse().toMillis()));
          }
        }
      }
    }
    unused.sort(Comparator.comparingLong(Unused::lastUse));
    long free = disk.freeBytes(directory);
    for (Unused oldest : unused) {
      if (held + more <= maxBytes && more <= free) {
        return;
      }
      LOG.info("Deleting {}, used least recently, for {}", oldest.entry().data(), source);
      discard(oldest.entry());
      held -= oldest.bytes();
      free += oldest.bytes();
    }
    if (held + more > maxBytes) {
      throw new StagingException(
          "The volume %s takes %d bytes on a node, and volumes in use there take %d of the %d that spark.lofn.volumes.maxSize allows; raise it"
              .formatted(source, whole, held, maxBytes));
    }
    if (more > free) {
      throw new StagingException(
          "The volume %s needs %d bytes, and the disk of %s has %d free; free some, or let spark.lofn.volumes.dir name a larger disk"
              .formatted(source, more, directory, free));
    }
  }

  /** Takes an entry away at once; its data is deleted later. */
  Path discard(CacheEntry entry) throws IOException {
    return Files.move(
        entry.directory(),
        directory.resolve(DISCARDED + UUID.randomUUID()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes what was taken away, by whomever; without the lock, since it may take long. */
  void deleteDiscarded() throws IOException {
    try (OwnDirectory cache = OwnDirectory.open(directory)) {
      for (Path name : cache.names()) {
        if (name.toString().startsWith(DISCARDED)) {
          cache.delete(name, Writers.GONE);
        }
      }
    }
  }
}
