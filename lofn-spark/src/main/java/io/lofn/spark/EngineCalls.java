package io.lofn.spark;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls that may block away from the task's thread, so that a cancelled task need not wait
 * for them, and repeats those whose failure may pass.
 */
final class EngineCalls {

  /** How long a task's thread waits before it looks whether it is still wanted. */
  static final Duration POLL = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(EngineCalls.class);

  /** The first pause before a call is repeated; each further one is twice as long. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private static final Duration FIRST_LONG_PAUSE = Duration.ofSeconds(1);

  private final ExecutorService threads;
  private final int attempts;

  @Inject
  EngineCalls(ExecutorService threads, LofnConf conf) {
    this.threads = threads;
    this.attempts = conf.get(LofnConf.ENGINE_ATTEMPTS);
  }

  /** A call whose result needs no clean-up if the task no longer wants it. */
  <T> T call(TaskScope task, Supplier<T> call) {
    return call(task, call, unwanted -> {});
  }

  /** A call that waits for an engine's restart or a registry's recovery: seconds, not moments. */
  <T> T callPatiently(TaskScope task, Supplier<T> call) {
    return call(task, call, unwanted -> {}, FIRST_LONG_PAUSE);
  }

  /**
   * Makes a call.
   *
   * @param discard what to do with a result that comes after the task was cancelled
   * @throws EngineException the last one, after all attempts
   */
  <T> T call(TaskScope task, Supplier<T> call, Consumer<T> discard) {
    return call(task, call, discard, FIRST_PAUSE);
  }

  private <T> T call(TaskScope task, Supplier<T> call, Consumer<T> discard, Duration firstPause) {
    AtomicBoolean abandoned = new AtomicBoolean();
    CompletableFuture<T> result =
        CompletableFuture.supplyAsync(() -> repeat(call, abandoned, firstPause), threads);
    try {
      return await(task, result);
    } catch (RuntimeException | Error e) {
      abandoned.set(true);
      CompletableFuture<Void> unused = result.thenAccept(discard);
      throw e;
    }
  }

  /** Waits for a result as long as the task is wanted. */
  static <T> T await(TaskScope task, CompletableFuture<T> result) {
    while (true) {
      try {
        return result.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (task.isCancelled()) {
          throw task.cancellation();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw task.cancellation();
      } catch (ExecutionException e) {
        throw unchecked(e.getCause());
      }
    }
  }

  private <T> T repeat(Supplier<T> call, AtomicBoolean abandoned, Duration firstPause) {
    Duration pause = firstPause;
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (EngineException e) {
        if (!e.isTransient() || attempt >= attempts || abandoned.get()) {
          throw e;
        }
        LOG.warn("Attempt {} of {} failed, to be repeated: {}", attempt, attempts, e.getMessage());
        sleep(pause, e);
        pause = pause.multipliedBy(2);
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

  /** What to throw on for a failure of another thread; an error is thrown right here. */
  static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof IOException e) {
      return new UncheckedIOException(e);
    }
    return cause instanceof RuntimeException known
        ? known
        : new LofnException(cause.toString(), cause);
  }
}
