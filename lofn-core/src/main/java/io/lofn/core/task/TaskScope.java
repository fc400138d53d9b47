package io.lofn.core.task;

import java.util.Optional;

/** The task that a run works for. */
public interface TaskScope {

  TaskIdentity identity();

  /** Returns how many processors the scheduler gave to the task. */
  double cpus();

  /**
   * The file that the last record was read from, by the thread that has read it; empty where the
   * scheduler does not know.
   */
  default Optional<String> inputFile() {
    return Optional.empty();
  }

  /** Returns whether the task was killed. May be called by any thread. */
  boolean isCancelled();

  /** Returns the exception to throw in a task that was killed. */
  RuntimeException cancellation();

  /** Throws the {@link #cancellation} if the task was killed. */
  default void requireNotCancelled() {
    if (isCancelled()) {
      throw cancellation();
    }
  }

  /** Runs an action when the task ends, however it ends. */
  void onCompletion(Runnable action);

  /**
   * Adapts an action to the task. Call it on the task's thread. The action may then run on a new
   * thread that this one starts, and code of the user finds there what it would find here.
   */
  Runnable adopt(Runnable action);
}
