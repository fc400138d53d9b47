package io.lofn.api;

import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;

/**
 * Writes two adjacent partitions for a tool that merges them.
 *
 * <pre>{@code
 * (left, right, run) -> {
 *   Files.write(run.file("left.txt"), (Iterable<String>) () -> left);
 *   Files.write(run.file("right.txt"), (Iterable<String>) () -> right);
 * }
 * }</pre>
 *
 * <p>Called once for each run, on an executor, by one thread.
 *
 * @param <T> the type of the records
 */
@FunctionalInterface
public interface PairWriter<T> extends Serializable {

  /**
   * Writes all records of two partitions.
   *
   * @param left the earlier partition; read it to its end before the other, since both come from
   *     one stream
   * @param right the later partition; throws {@link IllegalStateException} if it is read too early
   * @param run where to write; files only
   * @throws IOException if the exchange cannot be written
   */
  void write(Iterator<T> left, Iterator<T> right, RunInput run) throws IOException;
}
