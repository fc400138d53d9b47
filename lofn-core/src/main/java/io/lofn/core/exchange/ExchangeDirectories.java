package io.lofn.core.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import io.lofn.api.LofnException;
import io.lofn.core.config.ConfigKey;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.LocalDisks;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessIdentity.Life;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.task.TaskIdentity;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Makes exchanges, below one directory of this process in each of the node's local directories, and
 * deletes the exchanges of processes that are gone.
 */
public final class ExchangeDirectories implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ExchangeDirectories.class);
  private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxrwxrwx");

  private static final int TRIES = 5;

  /** The usual mode of {@code /tmp}: a tool may have processes of several users. */
  private static final int TEMPORARY_MODE = 01777;

  /** The directory of kept exchanges. Clean-up ignores it, since it is no owner's name. */
  private static final String KEPT = "kept";

  /**
   * The prefix of notes beside the mounted directory, which name the engines that use an exchange.
   */
  private static final String ENGINE = ".engine-";

  private final List<Path> homes;
  private final NodeEnvironment.Layout layout;
  private final TmpfsExchange memory;
  private final boolean encrypted;
  private final String homeName;
  private final ProcessIdentity owner;
  private final long minFree;
  private final ToLongFunction<Path> freeBytes;
  private final ContainerLedger ledger = new ContainerLedger();
  private final Set<Path> refused = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * The exchanges that this object has made and not deleted; another lofn of this process has its
   * own.
   */
  private final Set<Path> trees = ConcurrentHashMap.newKeySet();

  @Inject
  public ExchangeDirectories(NodeEnvironment directories, ProcessIdentity owner, LofnConfig conf) {
    this(directories, owner, conf, new TmpfsExchange(conf), ExchangeDisk::freeBytes);
  }

  /**
   * @param freeBytes returns the free bytes on the disk of a directory
   */
  public ExchangeDirectories(
      NodeEnvironment directories,
      ProcessIdentity owner,
      LofnConfig conf,
      TmpfsExchange memory,
      ToLongFunction<Path> freeBytes) {
    this.homeName = ProcessUser.current().own("lofn");
    this.layout = directories.layout();
    this.homes = directories.paths().stream().map(path -> path.resolve(homeName)).toList();
    this.memory = memory;
    this.encrypted = directories.encrypted();
    this.owner = owner;
    this.minFree = conf.get(LofnConfig.TMP_MIN_FREE);
    this.freeBytes = freeBytes;
  }

  /**
   * Makes the exchange of a run: on disk, or in memory where a plain file on disk is not wanted and
   * memory is configured.
   *
   * @param task the task of the run; its partition selects a local directory, so that the tasks of
   *     a node spread over its disks, unless the disk is full
   * @param anyUser whether the tool runs as another user than the executor
   */
  public Exchange create(TaskIdentity task, boolean anyUser) {
    Optional<Path> tmpfs = encrypted ? memory.usable() : Optional.empty();
    return tmpfs.isPresent()
        ? createIn(tmpfs.get().resolve(homeName), LofnConfig.TMP_MEMORY_DIR, task, anyUser)
        : createIn(roomyHome(task.partition()), LofnConfig.TMP_DIR, task, anyUser);
  }

  private Exchange createIn(Path home, ConfigKey<?> key, TaskIdentity task, boolean anyUser) {
    try {
      return make(home, task, anyUser);
    } catch (IOException e) {
      throw new LofnException(
          "Cannot make an exchange in %s (%s); set %s to a directory that exists on every node and that the executor may write"
              .formatted(home, e, key.name()),
          e);
    }
  }

  /** Makes an exchange in memory; empty if that is not configured, or there is no room. */
  public Optional<Exchange> createInMemory(TaskIdentity task, boolean anyUser) {
    return inMemory(memory.roomy(), task, anyUser);
  }

  private Optional<Exchange> inMemory(Optional<Path> tmpfs, TaskIdentity task, boolean anyUser) {
    Optional<Path> home = tmpfs.map(path -> path.resolve(homeName));
    try {
      return home.isPresent() ? Optional.of(make(home.get(), task, anyUser)) : Optional.empty();
    } catch (IOException e) {
      LOG.warn("Cannot make an exchange in {}; using a local disk", home.get(), e);
      return Optional.empty();
    }
  }

  /**
   * Retries, since another lofn of this process may delete the directories above while they are
   * empty.
   */
  private Exchange make(Path home, TaskIdentity task, boolean anyUser) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return makeOnce(home, task, anyUser);
      } catch (NoSuchFileException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private Exchange makeOnce(Path home, TaskIdentity task, boolean anyUser) throws IOException {
    Path mine = ownDirectory(home);
    Path root = Files.createTempDirectory(mine, task.fileName() + "-", PrivateDirectory.PRIVATE);
    trees.add(root);
    Path directory = Files.createDirectory(root.resolve("exchange"), PrivateDirectory.PRIVATE);
    if (anyUser) {
      Files.setPosixFilePermissions(directory, OPEN);
    }
    Exchange exchange = new Exchange(root, directory, home.resolve(KEPT), new Home());
    Files.createDirectory(exchange.temporary(), PrivateDirectory.PRIVATE);
    Files.setAttribute(exchange.temporary(), "unix:mode", TEMPORARY_MODE);
    return exchange;
  }

  /** Returns whether a directory is open to users other than the executor's. */
  public static boolean isOpen(Path directory) throws IOException {
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
        "No local directory has enough free space for a run: %s; %s requires %d bytes. Free space, or set %s to a directory on a larger disk."
            .formatted(full, LofnConfig.TMP_MIN_FREE.name(), minFree, LofnConfig.TMP_DIR.name()));
  }

  private Path ownDirectory(Path home) throws IOException {
    return Files.createDirectories(
        PrivateDirectory.create(home).resolve(owner.directoryName()), PrivateDirectory.PRIVATE);
  }

  private List<Path> allHomes() {
    return Stream.concat(
            homes.stream(), memory.directory().map(path -> path.resolve(homeName)).stream())
        .toList();
  }

  /** Returns the record of the containers that mount these exchanges. */
  public ContainerLedger ledger() {
    return ledger;
  }

  /** Gives up an exchange, which this object does not delete any more. */
  private void forget(Path tree) {
    trees.remove(tree);
    if (closed) {
      tidy();
    }
  }

  /** Returns those exchanges of this object that a container mounts. */
  public Set<Path> treesOf(ContainerSpec spec) {
    Set<Path> mounted = new HashSet<>();
    for (Mount mount : spec.mounts()) {
      for (Path path = mount.source(); path != null; path = path.getParent()) {
        if (trees.contains(path)) {
          mounted.add(path);
        }
      }
    }
    return mounted;
  }

  /** Returns a text for file names that identifies an engine, also for later processes. */
  public static String keyOf(ContainerRuntime engine) {
    String name = engine.getClass().getName() + " " + String.join(" ", engine.commandLine());
    return Hashing.sha256().hashString(name, UTF_8).toString();
  }

  /** Notes in exchanges which engine is about to start a container with them. */
  public static void note(Set<Path> mounted, ContainerRuntime engine) {
    for (Path tree : mounted) {
      try {
        noteIn(tree, engine);
      } catch (IOException e) {
        throw new LofnException(
            "Cannot note in the exchange %s which engine uses it: %s".formatted(tree, e), e);
      }
    }
  }

  public static void noteIn(Path tree, ContainerRuntime engine) throws IOException {
    Path note = tree.resolve(ENGINE + keyOf(engine));
    if (!Files.exists(note)) {
      Files.createFile(note);
    }
  }

  /**
   * Deletes the exchanges of processes that are known to be gone, unless a container may still use
   * them: none of the engines that had a container there may have one of such a process. After a
   * boot no container runs.
   *
   * @param owners the owners of the remaining containers, for each engine that was asked
   */
  public void reap(Map<String, Set<String>> owners) {
    Path name = Path.of(homeName);
    for (Path home : allHomes()) {
      Path local = home.getParent();
      reap(local, name, owners);
      layout
          .shared(local)
          .ifPresent(
              root ->
                  layout
                      .beside(local)
                      .forEach(each -> reap(root, root.relativize(each).resolve(name), owners)));
    }
  }

  private void reap(Path top, Path below, Map<String, Set<String>> owners) {
    try (OwnDirectory home = OwnDirectory.openBelow(top, below)) {
      boolean local = LocalDisks.has(top);
      for (Path name : home.names()) {
        Life life = owner.lifeOfDirectory(name.toString(), local);
        if (life == Life.DEAD || life == Life.OTHER_BOOT) {
          reap(home, name, life == Life.OTHER_BOOT, owners);
        }
      }
    } catch (NoSuchFileException none) {
      return;
    } catch (IOException e) {
      Path home = top.resolve(below);
      LOG.atLevel(refused.add(home) ? Level.WARN : Level.DEBUG)
          .log("Cannot clean up {}; periodic clean-up will retry: {}", home, e.toString());
    }
  }

  private static void reap(
      OwnDirectory home, Path name, boolean booted, Map<String, Set<String>> owners) {
    try (OwnDirectory left = home.child(name)) {
      boolean empty = true;
      for (Path tree : left.names()) {
        empty &= reapTree(left, tree, booted, name, owners);
      }
      if (empty && home.deleteEmpty(name)) {
        LOG.info("Deleted {}, left by a process that is gone", name);
      }
    } catch (IOException e) {
      LOG.warn("Cannot delete {}, left by a process that is gone", name, e);
    }
  }

  /**
   * Deletes an exchange; returns whether it is gone. A failure does not prevent the deletion of
   * others.
   */
  private static boolean reapTree(
      OwnDirectory left, Path tree, boolean booted, Path name, Map<String, Set<String>> owners) {
    try {
      if (booted || isUnmounted(left, tree, name.toString(), owners)) {
        left.delete(tree, Writers.GONE);
        return true;
      }
    } catch (IOException e) {
      LOG.warn("Cannot delete {} in {}, left by a process that is gone", tree, name, e);
    }
    return false;
  }

  /**
   * Returns whether each engine that had a container in an exchange has none of its owner any more.
   */
  private static boolean isUnmounted(
      OwnDirectory left, Path tree, String name, Map<String, Set<String>> owners)
      throws IOException {
    Set<String> keys = new HashSet<>();
    try (OwnDirectory exchange = left.child(tree)) {
      for (Path file : exchange.names()) {
        if (file.toString().startsWith(ENGINE)) {
          keys.add(file.toString().substring(ENGINE.length()));
        }
      }
    }
    return !owners.isEmpty()
        && owners.keySet().containsAll(keys)
        && owners.values().stream().noneMatch(all -> all.contains(name));
  }

  /** Deletes an exchange of this process. */
  private void delete(Path tree) throws IOException {
    try (OwnDirectory mine = OwnDirectory.open(tree.getParent())) {
      mine.delete(tree.getFileName(), Writers.GONE);
    } catch (NoSuchFileException gone) {
      LOG.debug("{} was gone already", tree);
    }
    forget(tree);
  }

  /**
   * Deletes the exchanges of this lofn that no container may use any more, and the directories
   * above them if they are empty then.
   */
  @Override
  public void close() {
    closed = true;
    for (Path tree : List.copyOf(trees)) {
      if (ledger.namesIn(tree).isEmpty()) {
        try {
          delete(tree);
        } catch (IOException e) {
          LOG.warn("Cannot delete the exchange {}", tree, e);
        }
      }
    }
    tidy();
  }

  private void tidy() {
    for (Path home : allHomes()) {
      try {
        Files.deleteIfExists(home.resolve(owner.directoryName()));
        Files.deleteIfExists(home);
      } catch (IOException e) {
        LOG.debug("Not deleted: {}", home, e);
      }
    }
  }

  /** This object, as far as its exchanges need it. */
  private final class Home implements Exchange.Home {

    @Override
    public ContainerLedger ledger() {
      return ledger;
    }

    @Override
    public void forget(Path root) {
      ExchangeDirectories.this.forget(root);
    }

    @Override
    public void delete(Path root) throws IOException {
      ExchangeDirectories.this.delete(root);
    }
  }
}
