package io.lofn.api;

import java.io.IOException;
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
}
