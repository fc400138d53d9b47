package io.lofn.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Learns the end of a container by one request that the engine answers when it has come. */
public abstract class ExitWait implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EngineErrors errors;
  private final String container;
  private final Runnable onEnd;
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private volatile boolean closed;

  /** The action is done as soon as the end is known. */
  protected ExitWait(EngineErrors errors, String container, Runnable onEnd) {
    this.errors = errors;
    this.container = container;
    this.onEnd = onEnd;
  }

  /**
   * A container as its engine sees it.
   *
   * @param running whether it has not ended yet
   * @param exit how it has ended, if it has
   */
  public record State(boolean running, ContainerExit exit) {}

  /** Asks. Called once, when the container has been started. */
  public abstract void start();

  /** The container's state, or empty if there is no such container. */
  protected abstract Optional<State> state();

  /** Gives up the request, if there is one. */
  protected abstract void giveUp();

  /** Waits for the end; empty if it has not come by then. */
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
   * Waits until the end, or that it cannot be known, is known here. Interrupts do not matter.
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
      // Whoever waits for the end will be told.
      return false;
    }
  }

  /** What is asked of the engine. */
  protected final String action() {
    return "wait for container " + container;
  }

  /** Whether the end is known, or that it cannot be. */
  protected final boolean isKnown() {
    return exit.isDone();
  }

  /** Whether nobody waits any more. */
  protected final boolean isClosed() {
    return closed;
  }

  /** Inspects only a failed one: the flag costs a call. */
  protected final void ended(int code) {
    boolean outOfMemory = false;
    if (code != 0) {
      try {
        outOfMemory = state().map(state -> state.exit().outOfMemory()).orElse(false);
      } catch (EngineException ignored) {
        // The exit code is known, and matters more.
      }
    }
    end(new ContainerExit(code, outOfMemory));
  }

  private void end(ContainerExit known) {
    try {
      onEnd.run();
    } finally {
      exit.complete(known);
    }
  }

  /** Tells whoever waits that the end cannot be known. */
  protected final void fail(Throwable failure) {
    exit.completeExceptionally(errors.of(action(), failure));
  }

  /**
   * The request broke, which says nothing about the container.
   *
   * @return whether it runs, so that the engine is to be asked again
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

  /** Why the end of a container that is not there any more cannot be known. */
  protected final String gone() {
    return errors.message(action(), closed ? "it was closed" : "it was removed by somebody else");
  }

  /** Gives the request up, and frees whoever waits. */
  @Override
  public final void close() {
    closed = true;
    exit.completeExceptionally(new EngineException(gone()));
    giveUp();
  }
}
