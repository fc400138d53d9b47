package io.lofn.core;

import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** A task outside of Spark. */
public final class FakeTask implements TaskScope {

  public volatile boolean cancelled;
  final List<Runnable> atEnd = new ArrayList<>();

  @Override
  public TaskIdentity identity() {
    return new TaskIdentity("app", 1, 2, 0, 3);
  }

  @Override
  public double cpus() {
    return 1;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public RuntimeException cancellation() {
    return new CancellationException("the task was killed");
  }

  @Override
  public void onCompletion(Runnable action) {
    atEnd.add(action);
  }

  @Override
  public Runnable adopt(Runnable action) {
    return action;
  }
}
