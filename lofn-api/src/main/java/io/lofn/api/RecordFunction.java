package io.lofn.api;

import java.io.IOException;
import java.io.Serializable;

/**
 * A function of a record, as a lambda that is sent with Spark's tasks.
 *
 * @param <I> the type of its argument
 * @param <V> the type of its result
 */
@FunctionalInterface
public interface RecordFunction<I, V> extends Serializable {

  /**
   * Applies the function.
   *
   * @param value the argument
   * @return the result
   * @throws IOException if the data of the record cannot be read
   */
  V apply(I value) throws IOException;
}
