package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** Reads what another reader reads, and changes each record. */
final class MappedReader<O, P> implements OutputReader<P> {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> reader;
  private final RecordFunction<O, P> change;

  MappedReader(OutputReader<O> reader, RecordFunction<O, P> change) {
    this.reader = reader;
    this.change = requireNonNull(change, "change is null");
  }

  @Override
  public Stream<P> read(RunOutput run) throws IOException {
    return reader.read(run).map(this::changed);
  }

  private P changed(O record) {
    try {
      return change.apply(record);
    } catch (IOException e) {
      throw new UncheckedIOException(Printable.failure(e));
    }
  }

  @Override
  public boolean usesStdout() {
    return reader.usesStdout();
  }

  @Override
  public boolean listsFiles() {
    return reader.listsFiles();
  }
}
