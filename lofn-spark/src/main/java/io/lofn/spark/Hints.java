package io.lofn.spark;

import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spi.ContainerExit;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The one thing to try first after a failure. */
final class Hints {

  private Hints() {}

  static String forFailure(
      RunPlan plan, Reason reason, @Nullable ContainerExit exit, String stderr) {
    if (reason == Reason.TIMED_OUT) {
      return "Raise Tool.timeout or %s, or make the partitions smaller."
          .formatted(LofnConf.RUN_TIMEOUT.name());
    }
    if (reason == Reason.OUT_OF_MEMORY) {
      return "Raise Tool.memory or %s (now %s), or make the partitions smaller."
          .formatted(LofnConf.MEMORY.name(), memory(plan));
    }
    String said = stderr.toLowerCase(Locale.ROOT);
    if (said.contains("no space left on device")) {
      return "A disk is full: the exchange lies below %s or Spark's local directories."
          .formatted(LofnConf.TMP_DIR.name());
    }
    if (said.contains("exec format error")) {
      return "The image is for another processor than this node's; see Tool.platform.";
    }
    return exit == null ? accepted(plan) : forCode(plan, exit.code(), said);
  }

  private static String forCode(RunPlan plan, int code, String said) {
    return switch (code) {
      case ExitCodes.NOT_FOUND ->
          "Is the program in the image and on its PATH? command(...) takes a program and its"
              + " arguments; a line for a shell goes to shell(...).";
      case ExitCodes.NOT_EXECUTABLE ->
          "Is the file executable in the image, and made for this node's processor?";
      case ExitCodes.ENGINE_FAILED ->
          "If the tool itself does not use this code, try the image by hand on the node.";
      case ExitCodes.KILLED ->
          "Probably out of memory (limit: %s), or killed by somebody on the node."
              .formatted(memory(plan));
      case ExitCodes.SEGMENTATION_FAULT ->
          "The tool crashed; try it by hand on this partition's input.";
      case ExitCodes.TERMINATED -> "Somebody on the node stopped the container.";
      default ->
          said.contains("permission denied")
              ? "The tool runs as user %s; what it reads and writes must allow that, or set Tool.user."
                  .formatted(plan.settings().user().orElse("of the image"))
              : accepted(plan);
    };
  }

  private static String accepted(RunPlan plan) {
    return "Accepted are the exit codes %s; Tool.acceptedExitCodes changes that."
        .formatted(plan.tool().acceptedExitCodes());
  }

  private static String memory(RunPlan plan) {
    OptionalLong memory = plan.settings().limits().memory();
    return memory.isPresent() ? memory.getAsLong() + " bytes" : "that of the node";
  }
}
