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
 * The tmpfs of this node for exchanges in memory. The kernel enforces its size as the limit. New
 * exchanges use it while half of it is free, so that existing ones can grow. A node without such a
 * tmpfs uses its disks. Thread-safe.
 */
public final class TmpfsExchange {

  private static final Logger LOG = LoggerFactory.getLogger(TmpfsExchange.class);

  private static final String TMPFS = "tmpfs";

  /**
   * The capacity of a file system.
   *
   * @param type its type as the system names it
   * @param total bytes of all files; 0 means that only the memory limits them
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

  /** Reads the capacity of a directory's file system. */
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

  /** Returns whether a directory exists and lies in memory. */
  static boolean isTmpfs(Path directory) {
    try {
      return room(directory).type().equals(TMPFS);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the configured directory, whether or not this node has it. */
  Optional<Path> directory() {
    return directory;
  }

  /** Returns why no exchange can lie there; empty if one can, or if no directory is configured. */
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

  /** Returns the directory, if it has room for one more exchange. */
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
            "Exchanges use local disks on this node, not memory: {} (see {})",
            e.getMessage(),
            LofnConfig.TMP_MEMORY_DIR.name());
      }
      return false;
    }
  }

  /**
   * Returns the capacity of a directory.
   *
   * @throws IOException with the reason, if no exchange can lie there
   */
  private Room usable(Path path) throws IOException {
    if (!Files.isWritable(path)) {
      throw new IOException(
          "%s does not exist, or the executor has no write permission".formatted(path));
    }
    Room room;
    try {
      room = look.at(path);
    } catch (IOException e) {
      throw new IOException("cannot read the file system of %s (%s)".formatted(path, e), e);
    }
    if (!room.isCapped()) {
      throw new IOException(
          "%s is not a tmpfs with a size limit; its file system is %s"
              .formatted(path, room.type()));
    }
    return room;
  }
}
