package io.lofn.spark.rows;

import io.lofn.core.task.Closing;
import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The part of a task that one of its runs takes. What is to be done at its end is done when the
 * next run begins, so that a task of many runs does not keep what they needed.
 */
final class RunScope implements TaskScope {

  private final TaskScope task;
  private final Deque<AutoCloseable> atEnd = new ArrayDeque<>();

  RunScope(TaskScope task) {
    this.task = task;
  }

  /** Ends this part: does what was asked for, the last first, all of it whatever fails. */
  void end() {
    List<AutoCloseable> actions = List.copyOf(atEnd);
    atEnd.clear();
    Closing.all(actions);
  }

  @Override
  public void onCompletion(Runnable action) {
    atEnd.push(action::run);
  }

  @Override
  public TaskIdentity identity() {
    return task.identity();
  }

  @Override
  public double cpus() {
    return task.cpus();
  }

  @Override
  public Optional<String> inputFile() {
    return task.inputFile();
  }

  @Override
  public boolean isCancelled() {
    return task.isCancelled();
  }

  @Override
  public RuntimeException cancellation() {
    return task.cancellation();
  }

  @Override
  public Runnable adopt(Runnable action) {
    return task.adopt(action);
  }
}
