package io.lofn.core.report;

import java.util.Arrays;
import java.util.Set;

/**
 * The frames of a stack trace that are a reader's or a writer's own. Those below them are lofn's
 * and Spark's, the same for each failure.
 */
final class OwnTrace {

  private static final Set<String> CALLERS =
      Set.of(
          "io.lofn.core.report.LayoutFailures",
          "io.lofn.core.run.OutputIterator",
          "io.lofn.core.feed.RunInputWriter",
          "io.lofn.core.feed.Feeder");

  private static final int MOST_CAUSES = 20;

  private OwnTrace() {}

  /** Drops what is below, of a failure and its causes. */
  static void cut(Throwable failure) {
    Throwable next = failure;
    for (int i = 0; next != null && i < MOST_CAUSES; i++) {
      next.setStackTrace(own(next.getStackTrace()));
      next = next.getCause();
    }
  }

  /** What is above the first frame by which lofn calls readers and writers. */
  private static StackTraceElement[] own(StackTraceElement[] trace) {
    for (int i = 1; i < trace.length; i++) {
      if (CALLERS.contains(trace[i].getClassName())) {
        return Arrays.copyOf(trace, lastOwn(trace, i));
      }
    }
    return trace;
  }

  /** Without the machinery of streams, by which a reader's records are taken. */
  private static int lastOwn(StackTraceElement[] trace, int end) {
    int own = end;
    while (own > 1
        && trace[own - 1].getClassName().matches("java\\.util\\.(stream\\.|Spliterators).*")) {
      own--;
    }
    return own;
  }
}
