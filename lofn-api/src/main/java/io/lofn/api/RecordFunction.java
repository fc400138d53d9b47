package io.lofn.api;

import java.io.IOException;
import java.io.Serializable;

/**
 * Takes something from a record or makes one, as a lambda that travels inside Spark's tasks.
 *
 * @param <I> what it takes
 * @param <V> what it gives
 */
@FunctionalInterface
public interface RecordFunction<I, V> extends Serializable {

  /**
   * Applies the function.
   *
   * @param value what it takes
   * @return what it gives
   * @throws IOException if what the record stands for cannot be read
   */
  V apply(I value) throws IOException;
}
