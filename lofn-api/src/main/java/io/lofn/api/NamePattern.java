package io.lofn.api;

import java.util.function.Predicate;

/**
 * Which files of the exchange a reader wants, if it can tell for a whole directory that it wants
 * none there. A tool may leave directories that the executor cannot enter: such a one fails a
 * reader that asks by a plain predicate, and fails one that asks by this only if a file that is
 * wanted may lie in it. Used by one thread.
 *
 * @see RunOutput#files
 */
public interface NamePattern extends Predicate<String> {

  /**
   * Whether a file that is wanted may lie in or below a directory.
   *
   * @param directory its name relative to the exchange, with {@code /} between its parts and none
   *     at the end
   * @return {@code false} only if {@link #test} is so for every name that begins with the
   *     directory's and {@code /}
   */
  boolean mayMatchBelow(String directory);
}
