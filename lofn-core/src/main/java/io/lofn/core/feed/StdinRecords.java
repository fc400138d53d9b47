package io.lofn.core.feed;

import java.util.Iterator;

/**
 * The records of a partition, for the code that writes standard input: on its thread, and while it
 * runs.
 */
final class StdinRecords<T> implements Iterator<T> {

  private final Iterator<T> records;
  private final InputLease lease;
  private final Thread stdinWriter = Thread.currentThread();
  private boolean spent;

  StdinRecords(Iterator<T> records, InputLease lease) {
    this.records = records;
    this.lease = lease;
  }

  @Override
  public boolean hasNext() {
    begin();
    return records.hasNext();
  }

  @Override
  public T next() {
    begin();
    return records.next();
  }

  private void begin() {
    if (Thread.currentThread() != stdinWriter || spent) {
      throw new IllegalStateException(
          "Read the records of a partition on the thread that calls the writer only, and"
              + " before the writer returns");
    }
    lease.giveWay();
  }

  /** Ends the access to the records, since the writer has returned. */
  void end() {
    spent = true;
  }
}
