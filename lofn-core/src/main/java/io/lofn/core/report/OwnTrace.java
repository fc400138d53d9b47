package io.lofn.core.report;

import java.util.Arrays;

/**
 * The frames of a stack trace that are a reader's or a writer's own. Those below them are lofn's
 * and Spark's, the same for each failure.
 */
final class OwnTrace {

  /** The packages by which lofn calls readers and writers; those of its layouts are others. */
  private static final String CALLERS = "io.lofn.core.";

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
      if (trace[i].getClassName().startsWith(CALLERS)) {
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
