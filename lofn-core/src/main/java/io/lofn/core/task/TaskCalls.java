package io.lofn.core.task;

import com.google.common.util.concurrent.Uninterruptibles;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls that may block on other threads than the task's, so that a cancelled task need not
 * wait for them, and retries those whose failure may be transient.
 */
public final class TaskCalls {

  /** How often a task's thread that waits checks whether the task is cancelled. */
  public static final Duration POLL = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(TaskCalls.class);

  /** The first pause before a retry; each further one is twice as long. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private static final Duration FIRST_LONG_PAUSE = Duration.ofSeconds(1);

  private final ExecutorService threads;
  private final Set<Call<?>> underWay = ConcurrentHashMap.newKeySet();
  private final int attempts;

  /**
   * @param attempts how often a call is tried if its failures are transient
   */
  public TaskCalls(ExecutorService threads, int attempts) {
    this.threads = threads;
    this.attempts = attempts;
  }

  /** Makes a call whose result needs no clean-up if the task is cancelled. */
  public <T> T call(TaskScope task, Supplier<T> call) {
    return call(task, new Call<>(call, null, FIRST_PAUSE));
  }

  /**
   * Makes a call that waits for an engine's restart or a registry's recovery: for seconds, not
   * milliseconds.
   */
  public <T> T callPatiently(TaskScope task, Supplier<T> call) {
    return call(task, new Call<>(call, null, FIRST_LONG_PAUSE));
  }

  /**
   * Makes a call.
   *
   * @param discard disposes of a result that comes after the task was cancelled
   * @throws EngineException the last failure, after all attempts
   */
  public <T> T call(TaskScope task, Supplier<T> call, Consumer<T> discard) {
    return call(task, new Call<>(call, discard, FIRST_PAUSE));
  }

  /** Makes a long call, whose thread is interrupted if the task is cancelled. */
  public <T> T callInterruptibly(TaskScope task, Supplier<T> call, Consumer<T> discard) {
    return call(task, new Call<>(call, discard, FIRST_PAUSE, true));
  }

  private <T> T call(TaskScope task, Call<T> call) {
    if (call.discard != null) {
      underWay.add(call);
    }
    try {
      threads.execute(call);
    } catch (RejectedExecutionException e) {
      underWay.remove(call);
      throw new LofnException(
          "lofn has shut down on this executor and makes no more calls to an engine", e);
    }
    try {
      return await(task, call.result);
    } catch (RuntimeException | Error e) {
      call.abandon();
      throw e;
    }
  }

  /** Waits a while for the calls whose results need clean-up, when lofn shuts down. */
  public void awaitEnd(Duration atMost) {
    CompletableFuture<?>[] ends =
        underWay.stream().map(call -> call.ended).toArray(CompletableFuture<?>[]::new);
    try {
      Uninterruptibles.getUninterruptibly(CompletableFuture.allOf(ends), atMost);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("lofn shuts down while a call to the engine is in progress: {}", e.toString());
    }
  }

  /** Waits for a result until the task is cancelled. */
  public static <T> T await(TaskScope task, CompletableFuture<T> result) {
    while (true) {
      try {
        return result.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        task.requireNotCancelled();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw task.cancellation();
      } catch (ExecutionException e) {
        throw unchecked(e.getCause());
      }
    }
  }

  /** One call, with its retries. Its result goes to the caller, or is discarded; never both. */
  private final class Call<T> implements Runnable {

    private final Supplier<T> call;
    private final @Nullable Consumer<T> discard;
    private final Duration firstPause;
    private final boolean interruptible;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /** The thread to interrupt, if any. Guarded by this. */
    private @Nullable Thread interrupted;

    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    Call(Supplier<T> call, @Nullable Consumer<T> discard, Duration firstPause) {
      this(call, discard, firstPause, false);
    }

    Call(
        Supplier<T> call,
        @Nullable Consumer<T> discard,
        Duration firstPause,
        boolean interruptible) {
      this.call = call;
      this.discard = discard;
      this.firstPause = firstPause;
      this.interruptible = interruptible;
    }

    @Override
    public void run() {
      try {
        T made = interruptible ? interruptibly() : repeat();
        if (!result.complete(made)) {
          discard(made);
        }
      } catch (Throwable e) {
        if (!result.completeExceptionally(e)) {
          LOG.debug("A call has failed after its task was cancelled: {}", e.toString());
        }
      } finally {
        underWay.remove(this);
        ended.complete(null);
      }
    }

    /** Makes the call, and leaves no interrupt to the next call of the thread. */
    private T interruptibly() {
      synchronized (this) {
        if (result.isDone()) {
          throw new LofnException("The task ended before its call began");
        }
        interrupted = Thread.currentThread();
      }
      try {
        return repeat();
      } finally {
        synchronized (this) {
          interrupted = null;
          boolean unused = Thread.interrupted();
        }
      }
    }

    private T repeat() {
      Duration pause = firstPause;
      for (int attempt = 1; ; attempt++) {
        try {
          return call.get();
        } catch (EngineException e) {
          if (!e.isTransient() || attempt >= attempts || result.isDone()) {
            throw e;
          }
          LOG.warn("Attempt {} of {} failed; retrying: {}", attempt, attempts, e.getMessage());
          sleep(pause, e);
          pause = pause.multipliedBy(2);
        }
      }
    }

    /** Abandons the call, which no task waits for any more. */
    void abandon() {
      boolean cancelled = result.cancel(false);
      synchronized (this) {
        if (interrupted != null) {
          interrupted.interrupt();
        }
      }
      if (!cancelled && !result.isCompletedExceptionally()) {
        discard(result.join());
      }
    }

    private void discard(T unwanted) {
      try {
        if (discard != null) {
          discard.accept(unwanted);
        }
      } catch (RuntimeException e) {
        LOG.warn("Could not clean up the result of a call whose task has ended", e);
      }
    }
  }

  /** Sleeps half to one and a half times the pause, so that the tasks of a node spread out. */
  private static void sleep(Duration pause, EngineException failure) {
    try {
      Thread.sleep((long) (pause.toMillis() * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** Returns the exception to rethrow for a failure of another thread; throws an error directly. */
  public static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof IOException e) {
      return new UncheckedIOException(Printable.failure(e));
    }
    return cause instanceof RuntimeException known
        ? known
        : new LofnException(cause.toString(), cause);
  }
}
