package io.lofn.core.warm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.container.TrackedContainers;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.DirectoryModes;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.shell.ExitCodes;
import io.lofn.core.streams.NamedPipes;
import io.lofn.core.streams.StreamDrainer;
import io.lofn.core.task.Closing;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.StagedVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exchange with a container that serves one run after another in it. The container starts with
 * the first run, and is replaced if it is gone. Used by one run at a time.
 */
public final class WarmContainer implements WarmRun.Home, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WarmContainer.class);

  private final ReuseKey key;
  private final Exchange exchange;
  private final Path control;
  private final TrackedContainers containers;
  private final Executor threads;
  private final ScheduledExecutorService clock;
  private final List<StagedVolume> volumes = new ArrayList<>();
  private @Nullable RunningContainer container;
  private @Nullable WarmShell agent;
  private @Nullable DirectoryModes modes;
  private @Nullable Instant started;
  private int runs;
  private volatile boolean retired;

  public WarmContainer(
      ReuseKey key,
      Exchange exchange,
      TrackedContainers containers,
      Executor threads,
      ScheduledExecutorService clock) {
    this.key = key;
    this.exchange = exchange;
    this.control = exchange.beside("control");
    this.containers = containers;
    this.threads = threads;
    this.clock = clock;
  }

  ReuseKey key() {
    return key;
  }

  Exchange exchange() {
    return exchange;
  }

  /** Takes ownership of what its container mounts, for as long as it lives. */
  public void hold(List<StagedVolume> staged) {
    volumes.addAll(staged);
  }

  /**
   * Starts a command in the container.
   *
   * @param spec the run, as a new container would have it
   * @throws NotReusableException if no container of this image can serve more than one run here
   * @throws EngineException if the engine fails
   */
  public WarmRun run(ContainerSpec spec) {
    NamedPipes pipes = null;
    try {
      RunningContainer ready = ready(spec);
      write(
          CommandStart.withoutCoreDumps(spec)
              + WarmShell.commandFile(spec.argv(), ofThisRun(spec)));
      pipes = new NamedPipes(control, clock);
      WarmShell.Command command = agent.run(spec.stdin());
      pipes.release();
      runs++;
      return new WarmRun(this, ready, command, pipes);
    } catch (IOException e) { // for example, the run was cancelled, and its exchange is gone
      abandon(pipes);
      throw new LofnException("Cannot communicate with a warm container through " + control, e);
    } catch (RuntimeException | Error e) {
      abandon(pipes);
      throw e;
    }
  }

  /** What the container's own environment cannot tell: it was made for another run. */
  private static Map<String, String> ofThisRun(ContainerSpec spec) {
    Map<String, String> variables = new TreeMap<>(spec.settings().environment());
    variables.keySet().retainAll(TaskIdentity.RUN_VARIABLES);
    return variables;
  }

  private void write(String command) throws IOException {
    Path file = control.resolve("command");
    boolean isNew = !Files.exists(file);
    Files.writeString(file, command, UTF_8);
    if (isNew
        && ExchangeDirectories.isOpen(
            exchange.directory())) { // whatever the umask of this process is
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  private void abandon(@Nullable NamedPipes pipes) {
    try {
      if (pipes != null) {
        pipes.close();
      }
    } finally {
      removeContainer();
    }
  }

  private RunningContainer ready(ContainerSpec spec) throws IOException {
    RunningContainer current = container;
    if (current != null) {
      return current;
    }
    if (modes == null) { // before the first tool
      modes = new DirectoryModes(List.of(exchange.directory(), exchange.temporary()));
    }
    NamedPipes.make(control, ExchangeDirectories.isOpen(exchange.directory()));
    current = containers.start(key.runtime(), specOfItsOwn(spec));
    container = current;
    started = Instant.now();
    threads.execute(new StreamDrainer("warm container " + current.id(), current.stderr()));
    WarmShell fresh = new WarmShell(current, threads);
    agent = fresh;
    checkNamespaces(fresh, current);
    return current;
  }

  private ContainerSpec specOfItsOwn(ContainerSpec spec) {
    spec.mounts().stream()
        .filter(mount -> key.ownTmp() && mount.target().startsWith(Exchange.TMP + "/"))
        .findFirst()
        .ifPresent(
            mount -> {
              // To delete the mount point is to remove the mount.
              throw new NotReusableException(
                  "it has a volume at %s, and all below %s is deleted after each run"
                      .formatted(mount.target(), Exchange.TMP));
            });
    return spec.toBuilder()
        .command(WarmShell.argv(key.scratch(), WarmPrograms.writable(spec)))
        .stdin()
        .withoutInit()
        .settings(ReuseKey.shared(spec.settings()))
        .mount(new Mount(control, NamedPipes.CONTROL, true))
        .build();
  }

  /**
   * Requires namespaces of the container's own: after each run, all processes that it may signal
   * are killed, and the contents of shared memory are deleted.
   */
  private static void checkNamespaces(WarmShell agent, RunningContainer container)
      throws IOException {
    List<String> theirs;
    try {
      theirs = agent.namespaces();
    } catch (EngineException e) {
      throw exitOf(container)
          .filter(
              exit -> exit.code() == ExitCodes.NOT_EXECUTABLE || exit.code() == ExitCodes.NOT_FOUND)
          .<RuntimeException>map(exit -> new NotReusableException("the image has no sh"))
          .orElse(e);
    }
    if (theirs.contains(ownNamespace("pid"))) {
      throw new NotReusableException("its processes are not isolated from those of the node");
    }
    if (theirs.contains(ownNamespace("ipc"))) {
      throw new NotReusableException("its shared memory is not isolated from that of the node");
    }
  }

  private static String ownNamespace(String kind) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
  }

  private static Optional<ContainerExit> exitOf(RunningContainer container) {
    try {
      return container.await(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns how the container ends after its script was told to end; empty if it does not. */
  @Override
  public Optional<ContainerExit> leave() {
    retire();
    WarmShell current = agent;
    RunningContainer last = container;
    if (current == null || last == null) {
      return Optional.empty();
    }
    current.leave();
    return exitOf(last);
  }

  /** Marks the container as unable to serve another run. */
  @Override
  public void retire() {
    retired = true;
  }

  @Override
  public boolean isRetired() {
    return retired;
  }

  /** Restores the state before its first run; returns whether it may serve another run. */
  boolean renew(int mostRuns, Duration oldest) {
    Instant since = started;
    if (retired
        || container == null
        || modes == null
        || !Files.exists(exchange.directory()) // kept for inspection
        || since == null
        || runs >= mostRuns
        || Instant.now().isAfter(since.plus(oldest))) {
      return false;
    }
    try {
      modes.restore();
      exchange.empty();
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("Cannot empty the exchange {}; removing its container", exchange.directory(), e);
      return false;
    }
  }

  private void removeContainer() {
    RunningContainer last = container;
    container = null;
    agent = null;
    if (last != null) {
      try {
        last.close();
      } catch (LofnException e) {
        LOG.warn(
            "Could not remove container {}; periodic clean-up will retry: {}",
            last.id(),
            e.getMessage());
      }
    }
  }

  /** Removes the container and deletes the exchange. Idempotent. */
  @Override
  public void close() {
    List<StagedVolume> held = List.copyOf(volumes);
    volumes.clear();
    Closing.all(
        this::removeContainer,
        () -> exchange.whenUnmounted(() -> Closing.all(held)), // as long as the exchange
        exchange);
  }
}
