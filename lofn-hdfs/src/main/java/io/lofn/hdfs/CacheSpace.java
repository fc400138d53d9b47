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
 * Keeps a cache below its maximum size: deletes the copies that were used least recently, and none
 * that is in use. Every method except {@link #deleteDiscarded} must be called under the lock of the
 * cache.
 */
final class CacheSpace {

  private static final Logger LOG = LoggerFactory.getLogger(CacheSpace.class);
  private static final String DISCARDED = "discarded-";

  /** Returns the free space of a directory's disk. */
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

  /** A copy that may be deleted, with its size. */
  private record Unused(CacheEntry entry, long bytes, long lastUse) {}

  /**
   * Makes room for a copy.
   *
   * @param whole its total bytes, as far as they are known
   * @param more the bytes that it still needs
   * @throws StagingException if there is not enough room
   */
  void makeRoom(String source, long whole, long more) throws IOException {
    if (whole > maxBytes) {
      throw new StagingException(
          "The volume %s needs at least %d bytes on a node, but spark.lofn.volumes.maxSize allows %d; raise that setting"
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
      LOG.info(
          "Deleting the least recently used volume copy {} to make room for {}",
          oldest.entry().data(),
          source);
      discard(oldest.entry());
      held -= oldest.bytes();
      free += oldest.bytes();
    }
    if (held + more > maxBytes) {
      throw new StagingException(
          "The volume %s needs %d bytes on a node, but volumes in use there take %d of the %d bytes that spark.lofn.volumes.maxSize allows; raise that setting"
              .formatted(source, whole, held, maxBytes));
    }
    if (more > free) {
      throw new StagingException(
          "The volume %s needs %d bytes, but the disk of %s has %d bytes free; free space, or set spark.lofn.volumes.dir to a directory on a larger disk"
              .formatted(source, more, directory, free));
    }
  }

  /** Removes an entry from the cache by a rename; its data is deleted later. */
  Path discard(CacheEntry entry) throws IOException {
    return Files.move(
        entry.directory(),
        directory.resolve(DISCARDED + UUID.randomUUID()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Deletes the data of removed entries, also those of other processes; runs without the lock,
   * since it may take long.
   */
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
