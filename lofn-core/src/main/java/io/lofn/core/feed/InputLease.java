package io.lofn.core.feed;

import io.lofn.core.task.TaskScope;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to use the records that go into a run. The code upstream that makes them uses
 * memory which Spark frees when the task ends, on the task's thread, by listeners in an order that
 * nobody controls. So the turn is the task's: its thread lends it while it waits for the tool and
 * takes it back before it leaves the run's output. Wherever else that thread is, also in a
 * listener, the feeder is not upstream, and once the run is over it never is again.
 *
 * <p>The task's thread is whoever asks for the run's output, one thread at a time; that may be the
 * feeder of another run. Neither side waits for the other with anything but the turn.
 */
public final class InputLease {

  private static final Logger LOG = LoggerFactory.getLogger(InputLease.class);

  /** How long the code upstream may keep the task's thread waiting before somebody is told. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TaskScope task;
  private final Duration patience;
  private boolean lent;
  private boolean over;

  /** Who has taken the turn that was lent, and is perhaps upstream. */
  private @Nullable Thread user;

  /** The feeder's thread while it has not taken the turn, and perhaps waits for the tool. */
  private @Nullable Thread outside;

  /** Whether the feeder is to look at the next record. */
  private volatile boolean wantedBack;

  public InputLease(TaskScope task) {
    this(task, PATIENCE);
  }

  public InputLease(TaskScope task, Duration patience) {
    this.task = task;
    this.patience = patience;
  }

  /** Something that waits for the tool. */
  public interface Wait<T, E extends Exception> {

    T get() throws E;
  }

  /** On the task's thread: waits for the tool, and lends the turn meanwhile. */
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
   * However long the code upstream takes for its record: without lofn this thread would be in it.
   * An interrupt is passed on to where it would arrive then, and kept.
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
        "{} has waited {} s for the next record of its input, which it cannot end without",
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
   * On the feeder's thread: waits until the turn is lent, and takes it.
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

  /** On the feeder's thread: gives the turn back. Idempotent. */
  synchronized void giveBack() {
    user = null;
    outside = Thread.currentThread();
    notifyAll();
  }

  /**
   * On the feeder's thread, between two records: gives way if the task's thread wants the turn.
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
   * Ends the run's input: the turn is not lent again. By any thread; frees a feeder that waits, and
   * interrupts none that is upstream, where an interrupt may look like a failure of the data.
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

  /** The run is over, and its records are nobody's any more. */
  static final class Over extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Over() {
      super("The run is over");
    }
  }
}
