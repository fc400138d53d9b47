package io.lofn.hdfs;

import io.lofn.api.StagingException;
import io.lofn.files.OwnDirectory;
import io.lofn.spi.StagedVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of one user on one node, shared by all its processes. The first task that needs a copy
 * makes it, while others wait; copies of different sources are made in parallel. Incomplete data of
 * a process that died is never used, and is deleted with the next copy.
 */
final class NodeCache {

  private static final Logger LOG = LoggerFactory.getLogger(NodeCache.class);
  private static final long POLL_MILLIS = 50;

  /** How often a copy signals progress within the time that others wait. */
  private static final int SIGNS = 20;

  /** How many bytes are reserved at a time for a copy whose length is not known in advance. */
  private static final long STEP = 64L << 20;

  /** How long a copy of another task may make no progress: a disk may be slow. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path directory;
  private final CacheLock lock;
  private final CacheSpace space;
  private final Duration patience;
  private final SealedTree.Modes modes;
  private volatile boolean closed;

  NodeCache(Path directory, CacheSpace space) throws IOException {
    this(directory, space, SealedTree.Modes.WRITE_PROTECTED);
  }

  NodeCache(Path directory, CacheSpace space, SealedTree.Modes modes) throws IOException {
    this(directory, space, PATIENCE, modes);
  }

  NodeCache(Path directory, CacheSpace space, Duration patience) throws IOException {
    this(directory, space, patience, SealedTree.Modes.WRITE_PROTECTED);
  }

  /**
   * @param patience how long a copy of another task may make no progress
   */
  private NodeCache(Path directory, CacheSpace space, Duration patience, SealedTree.Modes modes)
      throws IOException {
    OwnDirectory.open(directory).close(); // fails if another user can write there
    this.directory = directory;
    this.patience = patience;
    this.modes = modes;
    this.lock = new CacheLock(directory);
    this.space = space;
  }

  /** Creates data at a path that does not exist yet. */
  interface Maker {
    void make(Path target, Growth growth) throws IOException;
  }

  /** Reserves room for a copy before it grows. */
  interface Growth {
    /**
     * Reserves room.
     *
     * @param bytes the total bytes of the copy from now on
     * @throws StagingException if there is not enough room
     */
    void upTo(long bytes) throws IOException;
  }

  /**
   * Returns a copy, and makes it if there is none.
   *
   * @param key identifies the source and its state
   * @param source for messages
   * @param bytes its length, or a lower bound
   * @throws StagingException if there is not enough room, or the task that makes the copy makes no
   *     progress
   */
  StagedVolume get(String key, String source, long bytes, Maker maker)
      throws IOException, InterruptedException {
    CacheEntry entry = new CacheEntry(directory.resolve(key + suffix()));
    CopyWait wait = new CopyWait(source, directory, patience);
    while (true) {
      if (closed) {
        throw new IOException("lofn is shutting down");
      }
      Look look = lock.with(() -> look(entry, source, bytes));
      if (look.copy != null) {
        return look.copy;
      }
      if (look.making != null) {
        return make(entry, source, bytes, maker, look.making);
      }
      wait.see(look.progress);
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** Runtimes of both kinds may be used on one node. */
  private String suffix() {
    return modes == SealedTree.Modes.USUAL ? "-rw" : "";
  }

  /**
   * The state of an entry: a copy that is now in use, the mark for making it, or the progress of
   * another task that makes it.
   */
  private record Look(@Nullable Held copy, @Nullable Mark making, String progress) {}

  private Look look(CacheEntry entry, String source, long bytes) throws IOException {
    if (entry.isComplete()) {
      return new Look(new Held(entry, entry.use(), true), null, "");
    }
    if (Files.exists(entry.directory())) {
      if (entry.isBeingMade()) {
        return new Look(null, null, entry.progress());
      }
      LOG.debug("Deleting an incomplete copy of {}: the process that made it has ended", source);
      space.discard(entry);
    }
    space.makeRoom(source, bytes, bytes);
    return new Look(null, entry.make(bytes), "");
  }

  private StagedVolume make(CacheEntry entry, String source, long bytes, Maker maker, Mark making)
      throws IOException {
    try (making) {
      try {
        space.deleteDiscarded();
        Path data = entry.incomplete();
        Room room = new Room(source, bytes, making);
        maker.make(data, room);
        SealedTree.seal(data, modes);
        return lock.with(
            () -> {
              entry.complete(data, room.taken, source);
              return new Held(entry, entry.use(), false);
            });
      } catch (IOException | RuntimeException | Error e) {
        discardAfter(e, entry);
        throw e;
      }
    } finally {
      space.deleteDiscarded();
    }
  }

  /**
   * Discards the entry while it is still marked: another task that finds it unmarked would start
   * its own copy.
   */
  private void discardAfter(Throwable failure, CacheEntry entry) {
    try {
      lock.withInterruptsHeldBack(() -> space.discard(entry));
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Makes the tasks that wait for a copy fail. */
  void close() {
    closed = true;
  }

  /** The room of one copy. Used only by the thread that makes it. */
  private final class Room implements Growth {

    private final String source;
    private final Mark making;
    private long reserved;
    private long taken;
    private long told = System.nanoTime();

    Room(String source, long bytes, Mark making) {
      this.source = source;
      this.reserved = bytes;
      this.taken = bytes;
      this.making = making;
    }

    @Override
    public void upTo(long bytes) throws IOException {
      if (bytes > reserved) {
        long wanted = Math.min(bytes + STEP, Math.max(bytes, space.maxBytes()));
        lock.with(
            () -> {
              space.makeRoom(source, wanted, wanted - reserved);
              making.write(wanted);
              return wanted;
            });
        space.deleteDiscarded();
        reserved = wanted;
      }
      taken = Math.max(taken, bytes);
      long now = System.nanoTime();
      if (now - told > patience.toNanos() / SIGNS) {
        making.touch();
        told = now;
      }
    }
  }

  /** A copy in use; it is not deleted until this is closed. */
  private static final class Held implements StagedVolume {

    private final CacheEntry entry;
    private final Mark use;
    private final boolean cached;

    Held(CacheEntry entry, Mark use, boolean cached) {
      this.entry = entry;
      this.use = use;
      this.cached = cached;
    }

    @Override
    public Path path() {
      return entry.data();
    }

    @Override
    public boolean isShared() {
      return true;
    }

    @Override
    public boolean wasCached() {
      return cached;
    }

    @Override
    public synchronized void close() {
      try (use) {
        entry.touch();
      } catch (IOException e) {
        LOG.warn(
            "Could not release the volume copy {}; it may stay in use until this executor ends: {}",
            entry.data(),
            e.toString());
      }
    }
  }
}
