package io.lofn.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs blocking calls on separate threads. Sockets need that: a unix socket has no timeout, and an
 * interrupt of the thread that uses it closes it. Thread-safe.
 */
public final class DeadlineCalls implements AutoCloseable {

  private final ExecutorService threads;

  /**
   * @param name the name of the threads, such as {@code lofn-docker}
   */
  public DeadlineCalls(String name) {
    threads = Executors.newCachedThreadPool(new DaemonThreads(name));
  }

  /**
   * Runs a call, and waits for its end even if interrupted: the caller must know whether the engine
   * did what was requested. The interrupt flag is set again afterwards.
   *
   * @throws TimeoutException if it takes longer; the call is then interrupted
   * @throws ExecutionException with the exception of the call
   */
  public <T> T call(Duration atMost, Callable<T> call) throws TimeoutException, ExecutionException {
    Future<T> future = submit(call);
    try {
      return join(future, atMost);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw e;
    }
  }

  /** Starts a call, without a deadline. */
  public <T> Future<T> submit(Callable<T> call) {
    return threads.submit(call);
  }

  /** Waits as {@link #call} does, but does not interrupt a call that takes longer. */
  public static <T> T join(Future<T> future, Duration atMost)
      throws TimeoutException, ExecutionException {
    long end = System.nanoTime() + Math.min(NANOSECONDS.convert(atMost), Long.MAX_VALUE / 2);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get(Math.max(0, end - System.nanoTime()), NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static final class DaemonThreads implements ThreadFactory {

    private final String name;
    private final AtomicInteger count = new AtomicInteger();

    DaemonThreads(String name) {
      this.name = name;
    }

    @Override
    public Thread newThread(Runnable work) {
      Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    }
  }
}
