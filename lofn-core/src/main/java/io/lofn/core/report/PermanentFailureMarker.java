package io.lofn.core.report;

import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.shell.ExitCodes;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks a tool's failure that another attempt will not cure. It travels to the driver as a
 * suppressed exception, because Spark brings nothing else of a failed task there.
 */
public final class PermanentFailureMarker extends Exception {

  private static final long serialVersionUID = 1L;

  /** Codes that speak of the node, not of the tool: another attempt is often made elsewhere. */
  private static final Set<Integer> PASSING =
      Set.of(ExitCodes.ENGINE_FAILED, ExitCodes.KILLED, ExitCodes.TERMINATED);

  private final int limit;

  private PermanentFailureMarker(int limit) {
    super(
        "%s: the job is cancelled once a partition has failed %d times in this way"
            .formatted(LofnConfig.FAIL_FAST.name(), limit),
        null,
        false,
        false);
    this.limit = limit;
  }

  /** Marks a failure unless it may pass. */
  static void mark(ToolFailedException failure, int limit) {
    boolean permanent =
        switch (failure.reason()) {
          case EXIT_CODE -> !PASSING.contains(failure.exitCode().orElse(0));
          case OUT_OF_MEMORY, OUTPUT_MISSING, OUTPUT_TOO_LARGE -> true;
          case TIMED_OUT -> false;
        };
    if (permanent) {
      failure.addSuppressed(new PermanentFailureMarker(limit));
    }
  }

  /** The tool's failure behind what a task has thrown, if it is one that is marked. */
  public static Optional<ToolFailedException> in(@Nullable Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof ToolFailedException failure && limitOf(failure) > 0) {
        return Optional.of(failure);
      }
    }
    return Optional.empty();
  }

  /** How many failures of one kind are enough; 0 if the failure is not marked. */
  public static int limitOf(ToolFailedException failure) {
    for (Throwable suppressed : failure.getSuppressed()) {
      if (suppressed instanceof PermanentFailureMarker mark) {
        return mark.limit;
      }
    }
    return 0;
  }

  /** Failures of one partition that are the same. */
  public static String kindOf(ToolFailedException failure) {
    Reason reason = failure.reason();
    return reason + " " + failure.exitCode().orElse(-1);
  }
}
