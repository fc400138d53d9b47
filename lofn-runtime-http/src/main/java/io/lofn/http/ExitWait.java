package io.lofn.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Waits for the end of a container with one request, which the engine answers at that time. */
public abstract class ExitWait implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final int KILLED = 137;
  private static final int LOOKS = 6;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final EngineErrors errors;
  private final String container;
  private final Runnable onEnd;
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private volatile boolean closed;

  /** Creates the wait; the action runs as soon as the end is known. */
  protected ExitWait(EngineErrors errors, String container, Runnable onEnd) {
    this.errors = errors;
    this.container = container;
    this.onEnd = onEnd;
  }

  /**
   * The state of a container.
   *
   * @param running whether it has not ended yet
   * @param exit its exit, if it has ended
   */
  public record State(boolean running, ContainerExit exit) {}

  /** Sends the request. Must be called once, after the container has started. */
  public abstract void start();

  /** Returns the container's state; empty if there is no such container. */
  protected abstract Optional<State> state();

  /** Cancels the request, if there is one. */
  protected abstract void giveUp();

  /**
   * Returns whether the engine may tell a moment after a container's end that memory ran out: it
   * hears of both on different ways.
   */
  protected boolean tellsOfMemoryLater() {
    return false;
  }

  /** Waits for the end; empty if the container still runs then. */
  public final Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(exit.get(NANOSECONDS.convert(atMost), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw errors.of(action(), e);
    }
  }

  /**
   * Waits until the end is known, or it is certain that it cannot be known. Ignores interrupts.
   *
   * @return false if it takes longer
   */
  public final boolean settle(Duration atMost) {
    try {
      DeadlineCalls.join(exit, atMost);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      // A thread that waits for the end gets the failure.
      return false;
    }
  }

  /** Returns the request, for messages. */
  protected final String action() {
    return "wait for container " + container;
  }

  /** Returns whether the end is known, or cannot be known. */
  protected final boolean isKnown() {
    return exit.isDone();
  }

  /** Returns whether this is closed. */
  protected final boolean isClosed() {
    return closed;
  }

  /**
   * Records the exit code. Inspects the container only after a failure, since the flag for memory
   * costs a call.
   */
  protected final void ended(int code) {
    boolean outOfMemory = false;
    if (code != 0) {
      try {
        outOfMemory = wasOutOfMemory(code == KILLED && tellsOfMemoryLater() ? LOOKS : 1);
      } catch (EngineException ignored) {
        // The exit code is known, and is more important.
      }
    }
    end(new ContainerExit(code, outOfMemory));
  }

  private boolean wasOutOfMemory(int looks) {
    for (int look = 1; ; look++) {
      Optional<State> state = state();
      if (state.isEmpty() || state.get().exit().outOfMemory() || look == looks || closed) {
        return state.filter(known -> known.exit().outOfMemory()).isPresent();
      }
      Uninterruptibly.sleep(BETWEEN_LOOKS);
    }
  }

  private void end(ContainerExit known) {
    try {
      onEnd.run();
    } finally {
      exit.complete(known);
    }
  }

  /** Makes waiting threads fail: the end cannot be known. */
  protected final void fail(Throwable failure) {
    exit.completeExceptionally(errors.of(action(), failure));
  }

  /**
   * Handles a broken request, after which the container may still run.
   *
   * @return whether it runs, so that the request must be sent again
   */
  protected final boolean broken(Throwable cause) throws InterruptedException {
    try {
      Optional<State> state = closed ? Optional.empty() : state();
      if (state.isEmpty()) {
        exit.completeExceptionally(new EngineException(gone(), cause));
      } else if (state.get().running()) {
        Thread.sleep(PAUSE.toMillis());
        return true;
      } else {
        end(state.get().exit());
      }
    } catch (RuntimeException | Error e) {
      e.addSuppressed(cause);
      fail(e);
    }
    return false;
  }

  /** Returns why the end of a removed container cannot be known. */
  protected final String gone() {
    return errors.message(action(), closed ? "it was closed" : "another process removed it");
  }

  /** Cancels the request, and unblocks waiting threads. */
  @Override
  public final void close() {
    closed = true;
    exit.completeExceptionally(new EngineException(gone()));
    giveUp();
  }
}
