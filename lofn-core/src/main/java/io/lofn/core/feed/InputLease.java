package io.lofn.core.feed;

import io.lofn.core.task.TaskScope;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Controls when the stdin writer may use the records of a run's input. The code upstream that makes
 * the records uses memory that Spark frees when the task ends, on the task's thread, by listeners
 * in an undefined order. So the lease belongs to the task's thread: it lends the lease while it
 * waits for the tool, and takes it back before it leaves the run's output. Wherever else that
 * thread is, also in a listener, the stdin writer is not upstream, and once the run is over it
 * never is again.
 *
 * <p>The task's thread is the thread that asks for the run's output, one thread at a time; it may
 * be the stdin writer of another run. The two sides wait for each other through the lease only.
 */
public final class InputLease {

  private static final Logger LOG = LoggerFactory.getLogger(InputLease.class);

  /** How long the code upstream may delay the task's thread before a warning is logged. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TaskScope task;
  private final Duration patience;
  private boolean lent;
  private boolean over;

  /** The thread that has taken the lent lease, and may be upstream. */
  private @Nullable Thread user;

  /** The stdin writer's thread while it has not taken the lease, and may wait for the tool. */
  private @Nullable Thread outside;

  /** Whether the task's thread wants the lease back before the next record. */
  private volatile boolean wantedBack;

  public InputLease(TaskScope task) {
    this(task, PATIENCE);
  }

  public InputLease(TaskScope task, Duration patience) {
    this.task = task;
    this.patience = patience;
  }

  /** An operation that waits for the tool. */
  public interface Wait<T, E extends Exception> {

    T get() throws E;
  }

  /** On the task's thread: waits for the tool, and lends the lease meanwhile. */
  public <T, E extends Exception> T lendWhile(Wait<T, E> wait) throws E {
    lend();
    try {
      return wait.get();
    } finally {
      takeBack();
    }
  }

  private synchronized void lend() {
    lent = true;
    notifyAll();
  }

  /**
   * Takes the lease back, however long the code upstream takes for its record: without lofn this
   * thread would be in that code. Passes an interrupt on to the thread that is there, and keeps it.
   */
  private void takeBack() {
    boolean interrupted = false;
    synchronized (this) {
      lent = false;
      long begun = System.nanoTime();
      long told = 0;
      while (user != null) {
        wantedBack = true;
        try {
          TimeUnit.NANOSECONDS.timedWait(this, (told + 1) * patience.toNanos() - since(begun));
        } catch (InterruptedException e) {
          interrupted = true;
          interrupt(user);
        }
        if (user != null && since(begun) >= (told + 1) * patience.toNanos()) {
          told = since(begun) / patience.toNanos();
          remind(user, interrupted, since(begun));
        }
      }
      wantedBack = over;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static long since(long begun) {
    return System.nanoTime() - begun;
  }

  private void remind(Thread stdinWriter, boolean interrupted, long nanos) {
    LOG.warn(
        "{} has waited {} s for the next record of its input; the task cannot end before the record"
            + " arrives",
        task.identity(),
        TimeUnit.NANOSECONDS.toSeconds(nanos));
    if (interrupted || task.isCancelled()) {
      stdinWriter.interrupt();
    }
  }

  private static void interrupt(@Nullable Thread stdinWriter) {
    if (stdinWriter != null) {
      stdinWriter.interrupt();
    }
  }

  /**
   * On the stdin writer's thread: waits until the lease is lent, and takes it.
   *
   * @throws Over if the run is over
   */
  void take() {
    boolean interrupted = false;
    try {
      synchronized (this) {
        while (!lent && !over) {
          try {
            wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        if (over) {
          throw new Over();
        }
        outside = null;
        user = Thread.currentThread();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** On the stdin writer's thread: gives the lease back. Idempotent. */
  synchronized void giveBack() {
    user = null;
    outside = Thread.currentThread();
    notifyAll();
  }

  /**
   * On the stdin writer's thread, between two records: yields if the task's thread wants the lease.
   *
   * @throws Over if the run is over
   */
  void giveWay() {
    if (wantedBack) {
      giveBack();
      take();
    }
  }

  /**
   * Ends the run's input: the lease is not lent again. By any thread. Wakes a stdin writer that
   * waits. Does not interrupt one that is upstream, where an interrupt may look like a failure of
   * the data.
   */
  synchronized void end() {
    over = true;
    wantedBack = true;
    interrupt(outside);
    notifyAll();
  }

  synchronized boolean isOver() {
    return over;
  }

  /** Thrown when the run is over and its records must not be used any more. */
  static final class Over extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Over() {
      super("The run is over");
    }
  }
}
