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
 * The copies of one user on one node, shared by all its processes. A copy is made once, by whoever
 * comes first, while others wait; copies of other sources are made at the same time. What a process
 * that died has left is never taken for a copy, and goes with the next one that is made.
 */
final class NodeCache {

  private static final Logger LOG = LoggerFactory.getLogger(NodeCache.class);
  private static final long POLL_MILLIS = 50;

  /** How often a copy tells that it goes on, while others would wait for it. */
  private static final int SIGNS = 20;

  /** Of a copy whose length only its end tells, how much more is asked for at a time. */
  private static final long STEP = 64L << 20;

  /** How long a copy that somebody else makes may stand still: a disk is slow at times. */
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
   * @param patience how long a copy that somebody else makes may stand still
   */
  private NodeCache(Path directory, CacheSpace space, Duration patience, SealedTree.Modes modes)
      throws IOException {
    OwnDirectory.open(directory).close(); // what another user could write is not taken for a copy
    this.directory = directory;
    this.patience = patience;
    this.modes = modes;
    this.lock = new CacheLock(directory);
    this.space = space;
  }

  /** Makes data at a path that does not exist yet. */
  interface Maker {
    void make(Path target, Growth growth) throws IOException;
  }

  /** Is told how long a copy gets, before it gets that long. */
  interface Growth {
    /**
     * Asks for room.
     *
     * @param bytes what the copy takes from now on, all in all
     * @throws StagingException if there is none
     */
    void upTo(long bytes) throws IOException;
  }

  /**
   * Gives a copy, made now if there is none.
   *
   * @param key differs for each source and state of it
   * @param source for messages
   * @param bytes how long it will be, or at least
   * @throws StagingException if there is no room, or whoever makes the copy makes no progress
   */
  StagedVolume get(String key, String source, long bytes, Maker maker)
      throws IOException, InterruptedException {
    CacheEntry entry = new CacheEntry(directory.resolve(key + suffix()));
    CopyWait wait = new CopyWait(source, directory, patience);
    while (true) {
      if (closed) {
        throw new IOException("lofn was closed meanwhile");
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

  /** What was found: a copy that is held now, the task to make it, or somebody else who does. */
  private record Look(@Nullable Held copy, @Nullable Mark making, String progress) {}

  private Look look(CacheEntry entry, String source, long bytes) throws IOException {
    if (entry.isComplete()) {
      return new Look(new Held(entry, entry.use(), true), null, "");
    }
    if (Files.exists(entry.directory())) {
      if (entry.isBeingMade()) {
        return new Look(null, null, entry.progress());
      }
      LOG.info("Deleting an incomplete copy of {} whose maker is gone", source);
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

  /** While it is marked: whoever finds it unmarked takes its place. */
  private void discardAfter(Throwable failure, CacheEntry entry) {
    try {
      lock.withInterruptsHeldBack(() -> space.discard(entry));
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Frees those who wait for a copy. */
  void close() {
    closed = true;
  }

  /** What one copy may take. Used by the thread that makes it. */
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

  /** A copy that nobody deletes until it is closed. */
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
        LOG.warn("Cannot let go of {}: {}", entry.data(), e.toString());
      }
    }
  }
}
