package io.lofn.core.task;

/** The task that a run works for. */
public interface TaskScope {

  TaskIdentity identity();

  /** Returns how many processors the scheduler gave to the task. */
  double cpus();

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
