package io.lofn.core.node;

import io.lofn.api.NamePattern;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The names of files that a reader wants. They are held in memory, and a tool may make many. */
public final class CountedNames implements NamePattern {

  private final Predicate<String> wanted;
  private final Supplier<? extends RuntimeException> tooMany;
  private long room;

  /**
   * @param wanted what the reader asks by
   * @param characters how many all names may have together
   * @param tooMany what to throw when they have more
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
