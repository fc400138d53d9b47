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

/** A started container. Stops it early if necessary, and keeps the end of its standard error. */
public final class ContainerSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerSession.class);

  /** How long standard error may take to end after the container. */
  private static final Duration STDERR_GRACE = Duration.ofSeconds(5);

  /** How long the engine may take to stop a container, in addition to the tool's grace period. */
  private static final Duration STOP_SLACK = Duration.ofMinutes(2);

  /** The grace period after SIGTERM of a tool that fills a disk. */
  private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

  /** The timeout of one wait for the end of a container; closing the container ends the wait. */
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
   * A stop and its cause.
   *
   * @param reason the reason
   * @param cause the failure of the input, if that is the reason
   */
  public record Stop(StopReason reason, @Nullable Throwable cause) {}

  /**
   * The limits of one container.
   *
   * @param title what the container runs, for messages
   * @param stopGrace how long it may take to end after SIGTERM
   * @param timeout how long it may run, if limited
   * @param idleTimeout how long it may run without activity, if limited
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

  /** Takes ownership of a started container, and closes it if that fails. */
  public static ContainerSession of(RunningContainer container, Terms terms, Executor threads) {
    try {
      ContainerSession session = new ContainerSession(container, terms, threads);
      threads.execute(session.stderr);
      threads.execute(session::observe);
      return session;
    } catch (Throwable e) { // for example, no more threads are allowed
      try {
        container.close();
      } catch (Throwable left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /**
   * Waits for the end of the container. No other thread may notice that the engine has lost the
   * container: a thread that reads a named pipe waits as long as the tool lives.
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

  /** Fails all waits for the end of the container, and removes the container. */
  public void lost(Throwable cause) {
    exit.completeExceptionally(cause);
    close();
  }

  private void endIfClosed() {
    if (closed) {
      throw new EngineException(
          "Container " + container.id() + " was closed before its command ended");
    }
  }

  public RunningContainer container() {
    return container;
  }

  /** Returns the tool's standard output, for one reader. */
  public InputStream stdout() {
    return stdout;
  }

  /** Returns the tool's standard input, for one writer. Call it once. */
  public OutputStream stdin() {
    return watch.stdin(container.stdin());
  }

  /**
   * Returns whether the tool, which has ended, could not be executed.
   *
   * @throws EngineException if the report of its shell did not arrive
   */
  public boolean neverBegan(ContainerExit end) {
    if (container instanceof ExecStatus execStatus) {
      return !execStatus
          .began()
          .orElseThrow(
              () ->
                  new EngineException(
                      "The standard error of container %s is still open after its exit, so lofn cannot tell whether its command started"
                          .formatted(container.id())));
    }
    return ExitCodes.isOfInit(end.code(), stderr.tail().text());
  }

  public StreamTail stderr() {
    return stderr.tail();
  }

  /** Stops the container if it exceeds its timeout or its idle timeout. */
  public void stopIfOverdue(Instant now) {
    if (deadline != null && now.isAfter(deadline)) {
      stop(new Stop(StopReason.TIMED_OUT, null));
    } else if (idleTimeout != null && watch.isIdle(now, idleTimeout)) {
      stop(new Stop(StopReason.IDLE, null));
    }
  }

  /** Stops and removes the container in the background. Only the first stop counts. */
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
      LOG.warn("Could not stop container {}; killing it: {}", container.id(), e.toString());
      if (e instanceof Error) {
        stopped.completeExceptionally(e);
      }
    } finally {
      close();
      stopped.complete(null);
    }
  }

  /** Returns the grace period, which is short for a tool that writes too much. */
  private Duration graceOf(@Nullable Stop why) {
    boolean writes =
        why != null
            && (why.reason() == StopReason.DISK_LIMIT
                || why.reason() == StopReason.OUTPUT_TOO_LARGE);
    return writes && grace.compareTo(SHORT_GRACE) > 0 ? SHORT_GRACE : grace;
  }

  /** Waits until the stop is complete, or takes too long. Empty if there was none. */
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
      LOG.warn(
          "Container {} did not stop within {}; not waiting any longer", container.id(), atMost);
    } catch (ExecutionException e) {
      throw TaskCalls.unchecked(e.getCause());
    }
  }

  /**
   * Waits briefly for the container to end by itself.
   *
   * @throws EngineException if the engine has lost the container
   */
  public Optional<ContainerExit> await() throws InterruptedException {
    try {
      ContainerExit end = exit.get(TaskCalls.POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (!stderr.awaitEnd(STDERR_GRACE)) {
        LOG.warn(
            "The standard error of container {} is still open after its exit; its last lines may be"
                + " missing",
            container.id());
      }
      return Optional.of(end);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw TaskCalls.unchecked(e.getCause());
    }
  }

  /** Kills and removes the container; logs what prevents that. Idempotent. */
  @Override
  public void close() {
    closed = true;
    try {
      container.close();
    } catch (LofnException e) {
      LOG.warn(
          "Could not remove container {}; periodic clean-up will retry: {}",
          container.id(),
          e.getMessage());
    } catch (Throwable e) {
      LOG.warn("Could not remove container {}; periodic clean-up will retry", container.id(), e);
    }
  }
}
