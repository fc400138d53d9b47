package io.lofn.api;

import java.util.List;
import java.util.stream.Stream;

/** Reads one output of a run and then another, each opened when it is needed. */
final class ConcatenatedReader<O> implements OutputReader<O> {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> first;
  private final OutputReader<O> second;

  ConcatenatedReader(OutputReader<O> first, OutputReader<O> second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public Stream<O> read(RunOutput run) {
    return Concatenation.of(List.of(() -> first.read(run), () -> second.read(run)));
  }

  @Override
  public boolean usesStdout() {
    return first.usesStdout() || second.usesStdout();
  }

  @Override
  public boolean listsFiles() {
    return first.listsFiles() || second.listsFiles();
  }
}
