package org.example.bubblewrap;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One sandbox: a process {@code bwrap} outside, its child, which is process 1 inside, and the child
 * of that, the tool. When the tool ends, {@code bwrap} ends with its exit code, and the kernel ends
 * process 1 with all remaining processes.
 */
final class Sandbox implements RunningContainer {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final ContainerSpec spec;
  private final Runnable whenClosed;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Attached> started = new CompletableFuture<>();
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();

  Sandbox(ContainerSpec spec, Runnable whenClosed) {
    this.spec = spec;
    this.whenClosed = whenClosed;
  }

  /**
   * Starts the sandbox on a thread that lives as long as the sandbox: for {@code --die-with-parent}
   * the parent is the thread that started it, not the process.
   */
  void start(String command, List<String> arguments) {
    Thread parent = new Thread(() -> live(command, arguments), "bwrap-" + spec.name());
    parent.setDaemon(true);
    parent.start();
    attached();
  }

  private void live(String command, List<String> arguments) {
    Attached attached;
    try {
      attached = Attached.start(command, arguments, spec);
      started.complete(attached);
    } catch (IOException | RuntimeException | Error e) {
      started.completeExceptionally(e);
      return;
    }
    try {
      exit.complete(attached.end());
    } catch (InterruptedException | IOException | RuntimeException | Error e) {
      exit.completeExceptionally(e);
    }
  }

  private Attached attached() {
    try {
      // Not interruptible, so that a process that starts meanwhile is always ended.
      return started.join();
    } catch (RuntimeException e) {
      throw new EngineException("Could not start " + spec.name() + ": " + e.getMessage(), e);
    }
  }

  ContainerSummary summary() {
    return new ContainerSummary(
        id(), spec.name(), Map.copyOf(spec.settings().labels()), !exit.isDone());
  }

  @Override
  public String id() {
    return spec.name();
  }

  @Override
  public OutputStream stdin() {
    if (!spec.stdin()) {
      throw new IllegalStateException(spec.name() + " was started without standard input");
    }
    return attached().stdin();
  }

  @Override
  public InputStream stdout() {
    return attached().stdout();
  }

  @Override
  public InputStream stderr() {
    return attached().stderr();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    Duration time = atMost.compareTo(FOREVER) < 0 ? atMost : FOREVER;
    try {
      return Optional.of(exit.get(time.toNanos(), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new EngineException(
          "Could not wait for the end of " + spec.name() + ": " + e.getCause().getMessage(),
          e.getCause());
    }
  }

  @Override
  public void stop(Duration grace) {
    try {
      if (endsAsAsked(grace)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }

  /** Sends the stop signal as soon as there is a tool; returns whether it ends in time. */
  private boolean endsAsAsked(Duration grace) throws InterruptedException {
    long start = System.nanoTime();
    boolean asked = false;
    while (!asked && grace.minusNanos(System.nanoTime() - start).compareTo(Duration.ZERO) > 0) {
      asked = attached().ask();
      if (!asked && endsWithin(POLL)) {
        return true;
      }
    }
    return endsWithin(grace);
  }

  @Override
  public void close() {
    kill();
    if (closed.compareAndSet(false, true)) {
      whenClosed.run();
    }
  }

  private void kill() {
    if (exit.isDone()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    boolean ended = false;
    while (!ended && System.nanoTime() - start < KILL_DEADLINE.toNanos()) {
      attached().killInside();
      try {
        ended = endsWithin(POLL);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      throw new EngineException("Could not kill " + spec.name());
    }
  }

  /** Returns whether it ends in time, by itself or because bwrap failed. */
  private boolean endsWithin(Duration time) throws InterruptedException {
    try {
      return await(time).isPresent();
    } catch (EngineException e) {
      return true;
    }
  }
}
