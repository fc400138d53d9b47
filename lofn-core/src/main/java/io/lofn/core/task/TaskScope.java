package io.lofn.core.task;

import java.util.Optional;

/** The task a run works for: what it is, whether it is wanted still, and when it is over. */
public interface TaskScope {

  TaskIdentity identity();

  /** Processors that the scheduler gave to the task. */
  double cpus();

  /**
   * The file that the last record was read from, by the thread that has read it; empty where the
   * scheduler does not know.
   */
  default Optional<String> inputFile() {
    return Optional.empty();
  }

  /** Whether the task was killed. May be called by any thread. */
  boolean isCancelled();

  /** What to throw in a task that was killed. */
  RuntimeException cancellation();

  /** Throws that if the task was killed. */
  default void requireNotCancelled() {
    if (isCancelled()) {
      throw cancellation();
    }
  }

  /** Runs an action when the task ends, however it ends. */
  void onCompletion(Runnable action);

  /**
   * Makes an action the task's own. On the task's thread; the action may then run on a new thread
   * that this one starts, and code of the user finds there what it would find here.
   */
  Runnable adopt(Runnable action);
}
