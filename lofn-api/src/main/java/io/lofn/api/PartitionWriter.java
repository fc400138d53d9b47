package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Iterator;

/**
 * Writes the records of one partition for a tool: to files of the exchange, to the tool's standard
 * input, or both.
 *
 * <p>A lambda is a user-defined layout:
 *
 * <pre>{@code
 * tool.input((records, run) -> Files.write(run.file("ids.txt"), (Iterable<String>) () -> records));
 * }</pre>
 *
 * <p>Called once for each run, on an executor, by one thread. It should write while it reads, so
 * that a partition need not fit in memory. It must not keep the iterator, which ends when this
 * returns.
 *
 * @param <I> the type of the records
 */
@FunctionalInterface
public interface PartitionWriter<I> extends Serializable {

  /**
   * Writes all records of a partition.
   *
   * @param records the partition, which can be read once; do not catch its exceptions
   * @param run where to write
   * @throws IOException if the exchange or the tool's standard input cannot be written
   */
  void write(Iterator<I> records, RunInput run) throws IOException;

  /**
   * Returns whether this writer writes the tool's standard input. If it does, lofn calls it on
   * another thread, and the tool starts when {@link RunInput#stdin()} is first called or, at the
   * latest, when the writer returns. To all code, that thread looks like the task's, and only it
   * may read the records and write to the tool: meanwhile the task's own thread stays out of the
   * code that makes them. If it does not, the tool starts after the writer has returned, and its
   * standard input is empty.
   *
   * @return {@code false} unless overridden, as for every lambda
   */
  default boolean usesStdin() {
    return false;
  }

  /**
   * Returns a writer that writes the tool's standard input and no file.
   *
   * @param <I> the type of the records
   * @param writer writes all records to the stream; it need not close the stream
   * @return the writer
   */
  static <I> PartitionWriter<I> stdin(StdinWriter<I> writer) {
    return new StdinPartitionWriter<>(writer);
  }

  /**
   * Writes the records of a partition to one stream.
   *
   * @param <I> the type of the records
   */
  @FunctionalInterface
  interface StdinWriter<I> extends Serializable {

    /**
     * Writes all records of a partition.
     *
     * @param records the partition, to be read once
     * @param stdin the tool's standard input; buffered
     * @throws IOException if the stream cannot be written
     */
    void write(Iterator<I> records, OutputStream stdin) throws IOException;
  }
}
