package io.lofn.core.exchange;

import io.lofn.api.LofnException;
import io.lofn.core.task.Closing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Holds what a run has acquired, and closes it in reverse order. What arrives after the end of the
 * run, such as a container that started late, is closed at once. Thread-safe.
 */
public final class RunResources implements AutoCloseable {

  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes ownership of a resource.
   *
   * @throws LofnException if the run is over; the resource is closed then
   */
  public <T extends AutoCloseable> T hold(T resource) {
    synchronized (this) {
      if (!closed) {
        held.push(resource);
        return resource;
      }
    }
    Closing.all(resource);
    throw new LofnException("The run was closed before it started");
  }

  /** Closes all resources. Idempotent. */
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
