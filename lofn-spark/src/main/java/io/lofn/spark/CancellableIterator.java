package io.lofn.spark;

import java.util.Iterator;

/** The records of a partition as long as the task is wanted. */
final class CancellableIterator<T> implements Iterator<T> {

  private final Iterator<T> records;
  private final TaskScope task;

  CancellableIterator(Iterator<T> records, TaskScope task) {
    this.records = records;
    this.task = task;
  }

  @Override
  public boolean hasNext() {
    if (task.isCancelled()) {
      throw task.cancellation();
    }
    return records.hasNext();
  }

  @Override
  public T next() {
    return records.next();
  }
}
