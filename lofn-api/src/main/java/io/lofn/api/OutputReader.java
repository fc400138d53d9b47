package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.stream.Stream;

/**
 * Reads what a tool wrote as records: from files of the exchange, or from the tool's standard
 * output while it runs.
 *
 * <p>A lambda is a user-defined layout:
 *
 * <pre>{@code
 * tool.output(run -> Files.lines(run.file("hits.txt")));
 * }</pre>
 *
 * <p>Called once for each run, on an executor, by one thread.
 *
 * @param <O> the type of the records
 */
@FunctionalInterface
public interface OutputReader<O> extends Serializable {

  /**
   * Opens the output of a run. The stream should be lazy, so that an output need not fit in memory.
   * It is closed when it is exhausted or the task ends, whichever is first, and only then is the
   * exchange deleted.
   *
   * @param run what the tool wrote
   * @return the records, in order
   * @throws IOException if the output cannot be read
   */
  Stream<O> read(RunOutput run) throws IOException;

  /**
   * Whether this reader reads the tool's standard output. If so, the output may come by a faster
   * way than what the engine attaches. It comes in any case.
   *
   * @return {@code false} unless overridden, as for every lambda
   */
  default boolean usesStdout() {
    return false;
  }

  /**
   * Whether this reader asks for {@link RunOutput#files}. Only then lofn notes what is in the
   * exchange before the tool starts, so that it can tell outputs from inputs.
   *
   * @return {@code false} unless overridden, as for every lambda
   */
  default boolean listsFiles() {
    return false;
  }

  /**
   * A reader of the tool's standard output.
   *
   * @param <O> the type of the records
   * @param reader reads the records
   * @return the reader
   */
  static <O> OutputReader<O> stdout(StdoutReader<O> reader) {
    return new StdoutOutputReader<>(reader);
  }

  /**
   * This reader with each record changed.
   *
   * @param <P> the type of the new records
   * @param change makes the new record
   * @return the new reader
   */
  @CheckReturnValue
  default <P> OutputReader<P> map(RecordFunction<O, P> change) {
    requireNonNull(change, "change is null");
    return new DerivedReader<>(
        this, records -> records.map(record -> DerivedReader.applied(change, record)));
  }

  /**
   * This reader with only some of its records, such as those that are no comments.
   *
   * @param wanted whether a record is wanted
   * @return the new reader
   */
  @CheckReturnValue
  default OutputReader<O> filter(RecordFunction<O, Boolean> wanted) {
    requireNonNull(wanted, "wanted is null");
    return new DerivedReader<>(
        this, records -> records.filter(record -> DerivedReader.applied(wanted, record)));
  }

  /**
   * This reader without the first records of each run, such as a header.
   *
   * @param count how many; all if there are fewer
   * @return the new reader
   * @throws IllegalArgumentException if the number is negative
   */
  @CheckReturnValue
  default OutputReader<O> skip(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("skip(%d): the number is negative".formatted(count));
    }
    return new SkippingReader<>(this, count);
  }

  /**
   * This reader's records, and then another's. With {@link #map} before it, several outputs of one
   * run can be told apart:
   *
   * <pre>{@code
   * Lines.text().fromFile("hits.txt").map(hit -> new Tuple2<>("hit", hit))
   *     .and(Lines.text().fromFile("log.txt").map(line -> new Tuple2<>("log", line)))
   * }</pre>
   *
   * <p>A reader of standard output comes first: a tool's output is read while the tool runs, and
   * its files after it has ended.
   *
   * @param next reads the records that follow, from files; opened when these are exhausted
   * @return the new reader
   * @throws IllegalArgumentException if {@code next} reads standard output
   */
  @CheckReturnValue
  default OutputReader<O> and(OutputReader<O> next) {
    requireNonNull(next, "next is null");
    if (next.usesStdout()) {
      throw new IllegalArgumentException(
          usesStdout()
              ? "In first.and(next), both read the tool's standard output, which can be read once;"
                  + " read it in one of them"
              : "In first.and(next), next reads the tool's standard output, which must be read"
                  + " before any file; write next.and(first)");
    }
    return new ConcatenatedReader<>(this, next);
  }

  /**
   * Reads records from one stream.
   *
   * @param <O> the type of the records
   */
  @FunctionalInterface
  interface StdoutReader<O> extends Serializable {

    /**
     * Opens the output of a run, lazily, while the tool runs.
     *
     * @param stdout the tool's standard output, which ends after the tool has ended well; the
     *     stream of records is to close it
     * @return the records, in order
     * @throws IOException if the output cannot be read
     */
    Stream<O> read(InputStream stdout) throws IOException;
  }
}
