package io.lofn.api;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** Reads what another reader reads, with its records changed, filtered or skipped. */
class DerivedReader<O, P> implements OutputReader<P> {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> reader;
  private final Derivation<O, P> derivation;

  /** Makes records of others, lazily. */
  @FunctionalInterface
  interface Derivation<O, P> extends Serializable {
    Stream<P> of(Stream<O> records);
  }

  DerivedReader(OutputReader<O> reader, Derivation<O, P> derivation) {
    this.reader = reader;
    this.derivation = derivation;
  }

  /** The value of a function for a record. */
  static <O, V> V applied(RecordFunction<O, V> function, O record) {
    try {
      return function.apply(record);
    } catch (IOException e) {
      throw new UncheckedIOException(Printable.failure(e));
    }
  }

  @Override
  public Stream<P> read(RunOutput run) throws IOException {
    return derivation.of(reader.read(run));
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
