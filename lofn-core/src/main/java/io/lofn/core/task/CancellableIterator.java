package io.lofn.core.task;

import java.util.Iterator;

/** The records of a partition, until the task is cancelled. */
public final class CancellableIterator<T> implements Iterator<T> {

  private final Iterator<T> records;
  private final TaskScope task;

  public CancellableIterator(Iterator<T> records, TaskScope task) {
    this.records = records;
    this.task = task;
  }

  @Override
  public boolean hasNext() {
    task.requireNotCancelled();
    return records.hasNext();
  }

  @Override
  public T next() {
    return records.next();
  }
}
