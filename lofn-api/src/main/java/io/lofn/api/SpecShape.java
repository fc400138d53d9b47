package io.lofn.api;

import java.util.Map;

/**
 * The form of a value in a tool document.
 *
 * @param <T> what the value means
 */
interface SpecShape<T> {

  /**
   * Reads a value.
   *
   * @param value as a reader of JSON or YAML gives it
   * @param at where it is, for a message
   * @throws ToolSpecException if it has another form
   */
  T read(Object value, SpecPath at);

  /** The form as JSON Schema. */
  Map<String, Object> schema();
}
