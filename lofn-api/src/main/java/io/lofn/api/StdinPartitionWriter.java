package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Iterator;

/** Writes a tool's standard input and no file. */
final class StdinPartitionWriter<I> implements PartitionWriter<I> {

  private static final long serialVersionUID = 1L;

  private final StdinWriter<I> writer;

  StdinPartitionWriter(StdinWriter<I> writer) {
    this.writer = requireNonNull(writer, "writer is null");
  }

  @Override
  public void write(Iterator<I> records, RunInput run) throws IOException {
    writer.write(records, run.stdin());
  }

  @Override
  public boolean usesStdin() {
    return true;
  }
}
