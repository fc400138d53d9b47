package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.stream.Stream;

/** Reads a tool's standard output and no file. */
final class StdoutOutputReader<O> implements OutputReader<O> {

  private static final long serialVersionUID = 1L;

  private final StdoutReader<O> reader;

  StdoutOutputReader(StdoutReader<O> reader) {
    this.reader = requireNonNull(reader, "reader is null");
  }

  @Override
  public Stream<O> read(RunOutput run) throws IOException {
    return reader.read(run.stdout());
  }

  @Override
  public boolean usesStdout() {
    return true;
  }
}
