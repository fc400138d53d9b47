package io.lofn.spark;

/** The task a run works for: what it is, whether it is wanted still, and when it is over. */
interface TaskScope {

  TaskIdentity identity();

  /** Processors that the scheduler gave to the task. */
  double cpus();

  /** Whether the task was killed. May be called by any thread. */
  boolean isCancelled();

  /** What to throw in a task that was killed. */
  RuntimeException cancellation();

  /** Runs an action when the task ends, however it ends. */
  void onCompletion(Runnable action);

  /** Makes the task the calling thread's own, so that code of the user finds it there. */
  void adoptThread();
}
