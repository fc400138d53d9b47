package io.lofn.core.task;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that can be read until the task is cancelled. */
public final class CancellableStream extends FilterInputStream {

  private final TaskScope task;

  public CancellableStream(InputStream stream, TaskScope task) {
    super(stream);
    this.task = task;
  }

  @Override
  public int read() throws IOException {
    task.requireNotCancelled();
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    task.requireNotCancelled();
    return super.read(bytes, offset, length);
  }
}
