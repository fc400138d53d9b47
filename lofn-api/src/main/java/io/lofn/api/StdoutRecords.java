package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.stream.Stream;

/** Reads a tool's standard output and no file, in records of a limited length. */
final class StdoutRecords<O> implements OutputReader<O> {

  private static final long serialVersionUID = 1L;

  private final Content<O> content;

  /** Makes records of the stream, lazily. */
  @FunctionalInterface
  interface Content<O> extends Serializable {
    Stream<O> read(InputStream stdout, RecordLimit limit) throws IOException;
  }

  StdoutRecords(Content<O> content) {
    this.content = content;
  }

  @Override
  public Stream<O> read(RunOutput run) throws IOException {
    return content.read(run.stdout(), RecordLimit.of(run));
  }

  @Override
  public boolean usesStdout() {
    return true;
  }
}
