package io.lofn.core.node;

import io.lofn.api.NamePattern;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Collects the names of files that a reader asks for, up to a limit: memory holds them, and a tool
 * may make many.
 */
public final class CountedNames implements NamePattern {

  private final Predicate<String> wanted;
  private final Supplier<? extends RuntimeException> tooMany;
  private long room;

  /**
   * @param wanted the pattern that the reader asks for
   * @param characters the maximum length of all names together
   * @param tooMany makes the exception for names beyond that
   */
  public CountedNames(
      Predicate<String> wanted, long characters, Supplier<? extends RuntimeException> tooMany) {
    this.wanted = wanted;
    this.room = characters;
    this.tooMany = tooMany;
  }

  @Override
  public boolean test(String name) {
    if (!wanted.test(name)) {
      return false;
    }
    room -= name.length();
    if (room < 0) {
      throw tooMany.get();
    }
    return true;
  }

  @Override
  public boolean mayMatchBelow(String directory) {
    return !(wanted instanceof NamePattern pattern) || pattern.mayMatchBelow(directory);
  }
}
