package io.lofn.core.exchange;

import io.lofn.core.config.LofnConfig;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tmpfs of this node that exchanges may lie in. Its size is the cap, which the kernel keeps;
 * exchanges begin there while half of it is free, so that those which are there can grow. A node
 * that has no such tmpfs does without. Thread-safe.
 */
public final class TmpfsExchange {

  private static final Logger LOG = LoggerFactory.getLogger(TmpfsExchange.class);

  private static final String TMPFS = "tmpfs";

  /**
   * What a file system has room for.
   *
   * @param type its type as the system names it
   * @param total bytes of all files; 0: as many as there is memory
   * @param free bytes of new files
   */
  record Room(String type, long total, long free) {

    private boolean isCapped() {
      return type.equals(TMPFS) && total > 0;
    }

    private boolean isHalfFree() {
      return free >= total / 2;
    }
  }

  /** Looks at the file system of a directory. */
  @FunctionalInterface
  interface Look {
    Room at(Path directory) throws IOException;
  }

  private final Optional<Path> directory;
  private final Look look;
  private final AtomicBoolean warned = new AtomicBoolean();

  public TmpfsExchange(LofnConfig conf) {
    this(conf, TmpfsExchange::room);
  }

  public TmpfsExchange(LofnConfig conf, Look look) {
    this.directory = conf.find(LofnConfig.TMP_MEMORY_DIR).map(Path::of).map(Path::toAbsolutePath);
    this.look = look;
  }

  private static Room room(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return new Room(store.type(), store.getTotalSpace(), store.getUsableSpace());
  }

  /** Whether a directory is there and in memory. */
  static boolean isTmpfs(Path directory) {
    try {
      return room(directory).type().equals(TMPFS);
    } catch (IOException e) {
      return false;
    }
  }

  /** What is configured, whether this node has it or not. */
  Optional<Path> directory() {
    return directory;
  }

  /** Why nothing can lie there; empty if it can, or if nothing is configured. */
  public Optional<String> problem() {
    return directory.flatMap(this::problem);
  }

  private Optional<String> problem(Path path) {
    try {
      usable(path);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** The directory, if there is room for one more exchange. */
  Optional<Path> roomy() {
    return directory.filter(path -> isUsable(path, Room::isHalfFree));
  }

  /** The directory, if exchanges can lie there, whether there is room or not. */
  Optional<Path> usable() {
    return directory.filter(path -> isUsable(path, room -> true));
  }

  private boolean isUsable(Path path, Predicate<Room> enough) {
    try {
      return enough.test(usable(path));
    } catch (IOException e) {
      if (warned.compareAndSet(false, true)) {
        LOG.warn(
            "Exchanges are not kept in memory on this node: {} ({})",
            e.getMessage(),
            LofnConfig.TMP_MEMORY_DIR.name());
      }
      return false;
    }
  }

  /**
   * What a directory has room for.
   *
   * @throws IOException with the reason, if nothing can lie there
   */
  private Room usable(Path path) throws IOException {
    if (!Files.isWritable(path)) {
      throw new IOException("the executor may not write %s, or it is not there".formatted(path));
    }
    Room room;
    try {
      room = look.at(path);
    } catch (IOException e) {
      throw new IOException("%s cannot be looked at (%s)".formatted(path, e), e);
    }
    if (!room.isCapped()) {
      throw new IOException("%s is no tmpfs with a size, but on %s".formatted(path, room.type()));
    }
    return room;
  }
}
