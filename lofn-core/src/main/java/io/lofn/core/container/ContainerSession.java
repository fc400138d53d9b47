package io.lofn.core.container;

import com.google.common.util.concurrent.Uninterruptibles;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.shell.ExecStatus;
import io.lofn.core.shell.ExitCodes;
import io.lofn.core.streams.IdleWatch;
import io.lofn.core.streams.StreamDrainer;
import io.lofn.core.streams.StreamTail;
import io.lofn.core.task.TaskCalls;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started container, how it may be stopped early, and what it said on standard error. */
public final class ContainerSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerSession.class);

  /** How long what a tool has written to standard error may take to arrive after its end. */
  private static final Duration STDERR_GRACE = Duration.ofSeconds(5);

  /** How long the engine may take to stop a container beyond the grace that the tool has. */
  private static final Duration STOP_SLACK = Duration.ofMinutes(2);

  /** How long a tool that fills a disk may take to end after SIGTERM. */
  private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

  /** How long one look for the end of a container takes; its close ends it before. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Why a container was stopped before it ended by itself. */
  public enum StopReason {
    CANCELLED,
    TIMED_OUT,
    IDLE,
    OUTPUT_TOO_LARGE,
    DISK_LIMIT,
    INPUT_FAILED
  }

  /**
   * A stop, with what caused it.
   *
   * @param reason why
   * @param cause what the input failed with
   */
  public record Stop(StopReason reason, @Nullable Throwable cause) {}

  /**
   * What a container is held to.
   *
   * @param title what it runs, for people
   * @param stopGrace how long it may take to end after SIGTERM
   * @param timeout how long it may take, if that is limited
   * @param idleTimeout how long it may be silent, if that is limited
   */
  public record Terms(
      String title,
      Duration stopGrace,
      Optional<Duration> timeout,
      Optional<Duration> idleTimeout) {}

  private final RunningContainer container;
  private final Executor threads;
  private final Duration grace;
  private final @Nullable Instant deadline;
  private final @Nullable Duration idleTimeout;
  private final IdleWatch watch = new IdleWatch(InstantSource.system());
  private final InputStream stdout;
  private final StreamDrainer stderr;
  private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();
  private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private volatile boolean closed;

  private ContainerSession(RunningContainer container, Terms terms, Executor threads) {
    this.container = container;
    this.threads = threads;
    this.grace = terms.stopGrace();
    this.deadline = terms.timeout().map(Instant.now()::plus).orElse(null);
    this.idleTimeout = terms.idleTimeout().orElse(null);
    this.stdout = watch.stdout(container.stdout());
    this.stderr = new StreamDrainer(terms.title(), watch.stderr(container.stderr()), this::lost);
  }

  /** Takes a started container over; if that fails, the container is closed. */
  public static ContainerSession of(RunningContainer container, Terms terms, Executor threads) {
    try {
      ContainerSession session = new ContainerSession(container, terms, threads);
      threads.execute(session.stderr);
      threads.execute(session::observe);
      return session;
    } catch (Throwable e) { // such as that there may be no more threads
      try {
        container.close();
      } catch (Throwable left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /**
   * Waits for the end of the container. Where its engine loses it nobody else need notice: what
   * reads a named pipe waits as long as the tool lives.
   */
  private void observe() {
    try {
      while (!exit.isDone()) {
        container.await(LOOK).ifPresentOrElse(exit::complete, this::endIfClosed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lost(e);
    } catch (Throwable e) {
      lost(e);
    }
  }

  /** Whoever waits for the end learns that nobody sees it any more; the container goes. */
  public void lost(Throwable cause) {
    exit.completeExceptionally(cause);
    close();
  }

  private void endIfClosed() {
    if (closed) {
      throw new EngineException("Container " + container.id() + " was closed before its end");
    }
  }

  public RunningContainer container() {
    return container;
  }

  /** What the tool writes, for one reader. */
  public InputStream stdout() {
    return stdout;
  }

  /** What the tool reads, for one writer; asked for once. */
  public OutputStream stdin() {
    return watch.stdin(container.stdin());
  }

  /**
   * Whether the tool, which has ended, could not be executed.
   *
   * @throws EngineException if what tells it did not arrive
   */
  public boolean neverBegan(ContainerExit end) {
    if (container instanceof ExecStatus execStatus) {
      return !execStatus
          .began()
          .orElseThrow(
              () ->
                  new EngineException(
                      "The standard error of container %s did not end with it, so nobody knows whether its command began"
                          .formatted(container.id())));
    }
    return ExitCodes.isOfInit(end.code(), stderr.tail().text());
  }

  public StreamTail stderr() {
    return stderr.tail();
  }

  /** Stops the container if its time is over, or if it does nothing any more. */
  public void stopIfOverdue(Instant now) {
    if (deadline != null && now.isAfter(deadline)) {
      stop(new Stop(StopReason.TIMED_OUT, null));
    } else if (idleTimeout != null && watch.isIdle(now, idleTimeout)) {
      stop(new Stop(StopReason.IDLE, null));
    }
  }

  /** Stops and removes the container, in the background; only the first stop counts. */
  public void stop(Stop why) {
    if (stop.compareAndSet(null, why)) {
      try {
        threads.execute(this::stopNow);
      } catch (RejectedExecutionException e) { // lofn ends
        close();
        stopped.complete(null);
      }
    }
  }

  private void stopNow() {
    try {
      container.stop(graceOf(stop.get()));
      stderr.awaitEnd(STDERR_GRACE);
    } catch (Throwable e) {
      LOG.warn("Container {} could not be stopped and is killed: {}", container.id(), e.toString());
      if (e instanceof Error) {
        stopped.completeExceptionally(e);
      }
    } finally {
      close();
      stopped.complete(null);
    }
  }

  /** Who writes too much may not go on for long. */
  private Duration graceOf(@Nullable Stop why) {
    boolean writes =
        why != null
            && (why.reason() == StopReason.DISK_LIMIT
                || why.reason() == StopReason.OUTPUT_TOO_LARGE);
    return writes && grace.compareTo(SHORT_GRACE) > 0 ? SHORT_GRACE : grace;
  }

  /** The stop, once it has been carried out or takes too long; empty if there was none. */
  public Optional<Stop> awaitStop() {
    Stop why = stop.get();
    if (why != null) {
      awaitStopped(grace.plus(STDERR_GRACE).plus(STOP_SLACK));
    }
    return Optional.ofNullable(why);
  }

  void awaitStopped(Duration atMost) {
    try {
      Uninterruptibles.getUninterruptibly(stopped, atMost);
    } catch (TimeoutException e) {
      LOG.warn("Container {} is left to itself: it was not stopped in {}", container.id(), atMost);
    } catch (ExecutionException e) {
      throw TaskCalls.unchecked(e.getCause());
    }
  }

  /**
   * Looks for a little while whether the container has ended by itself.
   *
   * @throws EngineException if the engine lost sight of it
   */
  public Optional<ContainerExit> await() throws InterruptedException {
    try {
      ContainerExit end = exit.get(TaskCalls.POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (!stderr.awaitEnd(STDERR_GRACE)) {
        LOG.warn("The standard error of container {} did not end with it", container.id());
      }
      return Optional.of(end);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw TaskCalls.unchecked(e.getCause());
    }
  }

  /** Kills and removes the container; what keeps it from that is logged. Idempotent. */
  @Override
  public void close() {
    closed = true;
    try {
      container.close();
    } catch (LofnException e) {
      LOG.warn("Container {} is left for the sweep: {}", container.id(), e.getMessage());
    } catch (Throwable e) {
      LOG.warn("Container {} is left for the sweep", container.id(), e);
    }
  }
}
