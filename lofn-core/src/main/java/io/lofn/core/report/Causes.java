package io.lofn.core.report;

import java.util.Objects;
import java.util.stream.Stream;

/** A failure and its causes. */
final class Causes {

  /** Ends a chain that leads back to itself. */
  private static final int MOST = 20;

  private Causes() {}

  /** Returns the failure itself first. */
  static Stream<Throwable> of(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MOST);
  }
}
