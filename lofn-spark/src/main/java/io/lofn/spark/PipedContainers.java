package io.lofn.spark;

import io.lofn.api.EngineException;
import io.lofn.spi.Ability;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the container of one run. A command whose streams carry records gets named pipes for them,
 * which carry several times as much as what an engine attaches. A shell opens them, so where the
 * image has none the command keeps what is attached. So it does where the engine has a kernel of
 * its own, in a virtual machine: a pipe does not lead out of its kernel. Thread-safe.
 */
final class PipedContainers {

  private static final Logger LOG = LoggerFactory.getLogger(PipedContainers.class);

  /**
   * Waits for a line, which does not come where lofn has given up: then nobody has the other ends
   * of the pipes, and opening one would never end. Takes the pipes of the directory $1 if the
   * kernel's boot is $2, says so by a line, there or where it is attached, and becomes the command;
   * which finds its input empty unless $3 is {@code stdin}.
   */
  private static final String SCRIPT =
      """
      read -r go || exit 1
      if read -r boot </proc/sys/kernel/random/boot_id && [ "$boot" = "$2" ]; then
        exec <"$1/in" >"$1/out" 2>"$1/err"
      fi
      [ "$3" = stdin ] || exec </dev/null
      shift 3
      echo
      exec "$@"
      """;

  /** How long the shell may take to come to its first line once the engine has started it. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final OwnContainers containers;
  private final ExecutorService threads;
  private final boolean wanted;
  private final String boot;

  /** Images without a shell that comes to its first line. */
  private final Set<String> unfit = ConcurrentHashMap.newKeySet();

  @Inject
  PipedContainers(OwnContainers containers, LofnConf conf, Owner owner, ExecutorService threads) {
    this.containers = containers;
    this.threads = threads;
    this.wanted = conf.get(LofnConf.PIPES);
    this.boot = owner.boot();
  }

  /**
   * Starts a container.
   *
   * @param exchange the run's, beside which the pipes lie
   * @param streams whether the command's standard input or output carry records
   * @throws EngineException if the engine fails
   */
  RunningContainer start(
      ContainerRuntime runtime, ContainerSpec spec, Exchange exchange, boolean streams) {
    if (!streams || !fits(runtime, spec)) {
      return containers.start(runtime, spec);
    }
    // Of this start alone: an engine that did not answer may carry out an earlier one yet.
    Path control = exchange.beside(spec.name());
    NamedPipes pipes;
    try {
      NamedPipes.make(control, Exchanges.isOpen(exchange.directory()));
      pipes = new NamedPipes(control);
    } catch (IOException e) {
      LOG.warn("Standard streams are attached, for there are no named pipes: {}", e.toString());
      return containers.start(runtime, spec);
    }
    try {
      return start(runtime, spec, control, pipes);
    } catch (RuntimeException | Error e) {
      pipes.close();
      throw e;
    }
  }

  private boolean fits(ContainerRuntime runtime, ContainerSpec spec) {
    return wanted
        && !spec.imageEntrypoint()
        && !spec.argv().isEmpty()
        && !spec.argv().get(0).startsWith("-")
        && Collections.disjoint(
            runtime.lacks(), Set.of(Ability.FILE_ISOLATION, Ability.READ_ONLY_MOUNTS))
        && spec.mounts().stream().noneMatch(mount -> mount.target().equals(NamedPipes.CONTROL))
        && !unfit.contains(spec.image());
  }

  private RunningContainer start(
      ContainerRuntime runtime, ContainerSpec spec, Path control, NamedPipes pipes) {
    RunningContainer container = containers.start(runtime, piped(spec, control));
    try {
      go(container);
      switch (streams(container, pipes)) {
        case PIPED -> {
          pipes.letGo();
          return new PipedContainer(container, pipes);
        }
        case ATTACHED -> {
          pipes.close();
          return container;
        }
        default -> {
          LOG.info("Standard streams of {} are attached, for it has no usable sh", spec.image());
          unfit.add(spec.image());
          pipes.close();
          container.close();
          return containers.start(runtime, spec);
        }
      }
    } catch (RuntimeException | Error e) {
      container.close();
      throw e;
    }
  }

  private static void go(RunningContainer container) {
    try {
      container.stdin().write('\n');
      container.stdin().flush();
    } catch (IOException e) {
      LOG.debug("Container {} has ended before its shell began", container.id(), e);
    }
  }

  private ContainerSpec piped(ContainerSpec spec, Path control) {
    List<String> argv =
        new ArrayList<>(List.of("sh", "-c", SCRIPT, "lofn", NamedPipes.CONTROL, boot));
    argv.add(spec.stdin() ? "stdin" : "none");
    argv.addAll(spec.argv());
    ContainerSpec.Builder piped =
        ContainerSpec.builder(spec.name(), spec.image())
            .command(argv)
            .stdin()
            .settings(spec.settings());
    spec.mounts().forEach(piped::mount);
    return piped.mount(new Mount(control, NamedPipes.CONTROL, true)).build();
  }

  /** Where a shell has said that its streams are. */
  private enum Streams {
    PIPED,
    ATTACHED,
    NONE
  }

  /** Waits for the shell's line, on either way, or for the end of both. */
  private Streams streams(RunningContainer container, NamedPipes pipes) {
    BlockingQueue<Streams> said = new LinkedBlockingQueue<>();
    threads.execute(() -> said.add(line(pipes.stdout()) ? Streams.PIPED : Streams.NONE));
    threads.execute(() -> said.add(line(container.stdout()) ? Streams.ATTACHED : Streams.NONE));
    Instant late = Instant.now().plus(PATIENCE);
    int ended = 0;
    try {
      while (ended < 2) {
        Streams heard = said.poll(EngineCalls.POLL.toMillis(), TimeUnit.MILLISECONDS);
        if (heard == Streams.NONE) {
          ended++;
        } else if (heard != null) {
          return heard;
        } else if (container.await(Duration.ZERO).isPresent()) {
          pipes.letGo();
        } else if (Instant.now().isAfter(late)) {
          throw new TimeoutException("not within " + PATIENCE);
        }
      }
      return Streams.NONE;
    } catch (TimeoutException e) {
      throw EngineException.transientFailure(
          "The shell of container " + container.id() + " does not begin", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineException.transientFailure("Interrupted while a container started", e);
    }
  }

  /** Waits for the first byte, which is the shell's; false if the stream ends without one. */
  private static boolean line(InputStream stream) {
    try {
      return stream.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
