package io.lofn.core.exchange;

import io.lofn.api.LofnException;
import io.lofn.core.task.Closing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a run has got hold of, closed in the reverse order of its coming. What comes when the run is
 * over, such as a container whose start took its time, is closed at once. Thread-safe.
 */
public final class RunResources implements AutoCloseable {

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes something over.
   *
   * @throws LofnException if the run is over; then it is closed
   */
  public <T extends AutoCloseable> T hold(T resource) {
    synchronized (this) {
      if (!closed) {
        held.push(resource);
        return resource;
      }
    }
    Closing.all(resource);
    throw new LofnException("The run was closed before it had begun");
  }

  /** Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(held);
      held.clear();
    }
    Closing.all(all);
  }
}
