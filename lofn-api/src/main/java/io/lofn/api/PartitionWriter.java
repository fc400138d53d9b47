package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Iterator;

/**
 * Lays the records of one partition out for a tool: as files of the exchange, on the tool's
 * standard input, or both.
 *
 * <p>A lambda is a user-defined layout:
 *
 * <pre>{@code
 * tool.input((records, run) -> Files.write(run.file("ids.txt"), (Iterable<String>) () -> records));
 * }</pre>
 *
 * <p>Called once for each run, on an executor, by one thread. It should write as it reads, so that
 * a partition need not fit in memory, and must not keep the iterator: it is spent when this
 * returns.
 *
 * @param <I> the type of the records
 */
@FunctionalInterface
public interface PartitionWriter<I> extends Serializable {

  /**
   * Writes all records of a partition.
   *
   * @param records the partition, to be read once; its exceptions are to be let through
   * @param run where to write
   * @throws IOException if the exchange or the tool's standard input cannot be written
   */
  void write(Iterator<I> records, RunInput run) throws IOException;

  /**
   * Whether this writer feeds the tool's standard input. If so it is called on a thread of its own,
   * and the tool starts when {@link RunInput#stdin()} is first called or, at the latest, when the
   * writer returns. That thread is the task's in all that code can find out, and only it may read
   * the records and write to the tool: the task's own thread is then kept out of what made them. If
   * not, the tool starts after the writer has returned, and its standard input is empty.
   *
   * @return {@code false} unless overridden, as for every lambda
   */
  default boolean usesStdin() {
    return false;
  }

  /**
   * A writer that feeds the tool's standard input and writes no file.
   *
   * @param <I> the type of the records
   * @param writer writes all records to the stream; closing the stream is not needed
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
