package io.lofn.core.report;

import io.lofn.api.LofnException;
import java.util.Arrays;

/**
 * The frames of a stack trace that are those of a reader, a writer or a library. Those below them
 * are lofn's and Spark's, the same for each failure. A {@link LofnException} has no frames: its
 * message says what was wrong, and Spark prints it three times for each attempt.
 */
final class OwnTrace {

  /** The packages by which lofn calls readers, writers and runtimes, which are in others. */
  private static final String CALLERS = "io.lofn.core.";

  private OwnTrace() {}

  /** Removes these frames from a failure and its causes. */
  static void cut(Throwable failure) {
    Causes.of(failure)
        .forEach(
            each ->
                each.setStackTrace(
                    each instanceof LofnException
                        ? new StackTraceElement[0]
                        : own(each.getStackTrace())));
  }

  /** Returns the frames above the first one by which lofn called something else. */
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
