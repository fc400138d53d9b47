package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes exchanges, below one directory of this process in each of the node's local directories, and
 * deletes what processes that are gone have left there.
 */
final class Exchanges implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Exchanges.class);
  private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxrwxrwx");

  /** As any {@code /tmp} has it: a tool may have processes of several users. */
  private static final int TEMPORARY_MODE = 01777;

  /** The directory of what is kept: no owner's name, so that no sweep takes it. */
  private static final String KEPT = "kept";

  private final List<Path> homes;
  private final MemoryDirectory memory;
  private final String homeName;
  private final Owner owner;
  private final long minFree;
  private final ToLongFunction<Path> freeBytes;

  @Inject
  Exchanges(NodeDirectories directories, Owner owner, LofnConf conf) {
    this(directories, owner, conf, new MemoryDirectory(conf), ExchangeState::freeBytes);
  }

  /**
   * @param freeBytes what the disk of a directory has free
   */
  Exchanges(
      NodeDirectories directories,
      Owner owner,
      LofnConf conf,
      MemoryDirectory memory,
      ToLongFunction<Path> freeBytes) {
    this.homeName = ProcessUser.current().own("lofn");
    this.homes = directories.paths().stream().map(path -> path.resolve(homeName)).toList();
    this.memory = memory;
    this.owner = owner;
    this.minFree = conf.get(LofnConf.TMP_MIN_FREE);
    this.freeBytes = freeBytes;
  }

  /**
   * Makes the exchange of a run on disk.
   *
   * @param task whose run it is; its partition chooses among the local directories, so that the
   *     tasks of a node spread over its disks, unless the disk is full
   * @param anyUser whether the tool runs as another user than the executor
   */
  Exchange create(TaskIdentity task, boolean anyUser) {
    Path home = roomyHome(task.partition());
    try {
      return make(home, task, anyUser);
    } catch (IOException e) {
      throw new LofnException(
          "Cannot make an exchange in %s (%s); set %s to a directory of every node that the executor may write"
              .formatted(home, e, LofnConf.TMP_DIR.name()),
          e);
    }
  }

  /** Makes one in memory; empty if that is not configured, or there is no room. */
  Optional<Exchange> createInMemory(TaskIdentity task, boolean anyUser) {
    Optional<Path> home = memory.roomy().map(path -> path.resolve(homeName));
    try {
      return home.isPresent() ? Optional.of(make(home.get(), task, anyUser)) : Optional.empty();
    } catch (IOException e) {
      LOG.warn("An exchange lies on disk, for it cannot be made in {}", home.get(), e);
      return Optional.empty();
    }
  }

  private Exchange make(Path home, TaskIdentity task, boolean anyUser) throws IOException {
    Path mine = ownDirectory(home);
    Path root = Files.createTempDirectory(mine, task.fileName() + "-", UserDirectory.PRIVATE);
    Path directory = Files.createDirectory(root.resolve("exchange"), UserDirectory.PRIVATE);
    if (anyUser) {
      Files.setPosixFilePermissions(directory, OPEN);
    }
    Exchange exchange = new Exchange(root, directory, home.resolve(KEPT));
    Files.createDirectory(exchange.temporary(), UserDirectory.PRIVATE);
    Files.setAttribute(exchange.temporary(), "unix:mode", TEMPORARY_MODE);
    return exchange;
  }

  /** Whether a directory is open to other users than the executor's. */
  static boolean isOpen(Path directory) throws IOException {
    return Files.getPosixFilePermissions(directory).equals(OPEN);
  }

  private Path roomyHome(int partition) {
    StringJoiner full = new StringJoiner(", ");
    for (int i = 0; i < homes.size(); i++) {
      Path home = homes.get(Math.floorMod(partition + i, homes.size()));
      long free = freeBytes.applyAsLong(home);
      if (free >= minFree) {
        return home;
      }
      full.add("%s has %d bytes free".formatted(home, free));
    }
    throw new LofnException(
        "No local directory has room for a run: %s; %s wants %d. Free some, or let %s name a larger disk."
            .formatted(full, LofnConf.TMP_MIN_FREE.name(), minFree, LofnConf.TMP_DIR.name()));
  }

  private Path ownDirectory(Path home) throws IOException {
    return Files.createDirectories(
        UserDirectory.create(home).resolve(owner.directoryName()), UserDirectory.PRIVATE);
  }

  private List<Path> allHomes() {
    return Stream.concat(
            homes.stream(), memory.directory().map(path -> path.resolve(homeName)).stream())
        .toList();
  }

  /** Deletes the exchanges of processes that are known to be gone. */
  void sweep() {
    for (Path home : allHomes()) {
      sweep(home);
      WorkerDirectories.beside(home.getParent()).stream()
          .map(directory -> directory.resolve(home.getFileName()))
          .forEach(this::sweep);
    }
  }

  private void sweep(Path home) {
    if (Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> directories = Files.list(home)) {
        directories
            .filter(path -> owner.knowsToBeGone(path.getFileName().toString()))
            .forEach(Exchanges::deleteLeftover);
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("Cannot look for left exchanges in {}", home, e);
      }
    }
  }

  private static void deleteLeftover(Path directory) {
    try {
      FileTree.delete(directory, Writers.GONE);
      LOG.info("Deleted {}, left by a process that is gone", directory);
    } catch (IOException e) {
      LOG.warn("Cannot delete {}, left by a process that is gone", directory, e);
    }
  }

  /**
   * Deletes the exchanges of this process, and the directory above them if that leaves it empty.
   */
  @Override
  public void close() {
    for (Path home : allHomes()) {
      try {
        FileTree.delete(home.resolve(owner.directoryName()), Writers.GONE);
        try (Stream<Path> others = Files.list(home)) {
          if (others.findAny().isPresent()) {
            continue;
          }
        }
        Files.deleteIfExists(home);
      } catch (IOException e) {
        LOG.debug("Not deleted: {}", home, e);
      }
    }
  }
}
