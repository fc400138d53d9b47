package io.lofn.core.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several resources, each of them even if others fail. */
public final class Closing {

  private Closing() {}

  /** Closes all in their order, then throws the first failure, with the others suppressed in it. */
  public static void all(AutoCloseable... all) {
    all(List.of(all));
  }

  /** Closes all in their order, then throws the first failure, with the others suppressed in it. */
  public static void all(Iterable<? extends AutoCloseable> all) {
    Throwable first = null;
    for (AutoCloseable each : all) {
      first = close(each, first);
    }
    if (first != null) {
      throw TaskCalls.unchecked(first);
    }
  }

  private static @Nullable Throwable close(AutoCloseable each, @Nullable Throwable before) {
    try {
      each.close();
      return before;
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (before != null && before != e) {
        before.addSuppressed(e);
      }
      return before == null ? e : before;
    }
  }
}
