package io.lofn.api;

import java.util.function.Predicate;

/**
 * Selects files of the exchange for a reader, and can exclude whole directories. A tool may leave
 * directories that the executor cannot enter. Such a directory always fails a reader that selects
 * by a plain predicate; with this, it fails the reader only if a selected file may lie in it. Used
 * by one thread.
 *
 * @see RunOutput#files
 */
public interface NamePattern extends Predicate<String> {

  /**
   * Returns whether a selected file may lie in or below a directory.
   *
   * @param directory its name relative to the exchange, with {@code /} between its parts and none
   *     at the end
   * @return {@code false} only if {@link #test} returns {@code false} for every name that begins
   *     with the directory's and {@code /}
   */
  boolean mayMatchBelow(String directory);
}
