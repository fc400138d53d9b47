package io.lofn.core.report;

import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.shell.ExitCodes;
import io.lofn.spi.ContainerExit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one thing to try first after a failure.
 *
 * @param plan what was run
 * @param exchange where it worked, if it came that far
 */
record Hints(RunPlan plan, Optional<ExchangeDisk> exchange) {

  /** A pipe, and not {@code ||} or {@code >|}. */
  private static final Pattern PIPE = Pattern.compile("(?<![|>])[|](?![|])");

  String forFailure(Reason reason, @Nullable ContainerExit exit, String stderr) {
    if (reason == Reason.TIMED_OUT) {
      return "Raise Tool.timeout or %s, or make the partitions smaller."
          .formatted(LofnConfig.RUN_TIMEOUT.name());
    }
    if (reason == Reason.OUT_OF_MEMORY) {
      return "Raise Tool.memory or %s (now %s), or make the partitions smaller."
          .formatted(LofnConfig.MEMORY.name(), memory());
    }
    String said = stderr.toLowerCase(Locale.ROOT);
    return forDisk(said)
        .or(() -> forExecution(said))
        .orElseGet(() -> exit == null ? accepted() : forCode(exit.code(), said));
  }

  /** For a program that could not be executed. */
  String forStart(ContainerExit exit, String stderr) {
    String said = stderr.toLowerCase(Locale.ROOT);
    int code = exit.code() == ExitCodes.NOT_EXECUTABLE ? exit.code() : ExitCodes.NOT_FOUND;
    return forExecution(said).orElseGet(() -> forCode(code, said));
  }

  /** For what a kernel says of a program that it does not execute. */
  private static Optional<String> forExecution(String said) {
    if (said.contains("exec format error")) {
      return Optional.of("The image is for another processor than this node's; see Tool.platform.");
    }
    if (said.contains("argument list too long")) {
      return Optional.of(
          "The command and its environment are more than this node passes to a program; hand long"
              + " lists over in a file: an input of the exchange or a volume.");
    }
    return Optional.empty();
  }

  String forIdle() {
    return "If it works in silence, raise Tool.idleTimeout or %s; else look at what it waits for."
        .formatted(LofnConfig.RUN_IDLE_TIMEOUT.name());
  }

  String forRecord() {
    return "Is the record delimiter right? A large file is read by its lines, or as a BinaryFile. If records are meant to be so long, raise %s (now %d), and the executors' memory with it."
        .formatted(LofnConfig.RECORD_MAX_SIZE.name(), plan.maxRecordSize());
  }

  static String forDiskLimit() {
    return "Raise Tool.maxDisk or %s, or make the partitions smaller."
        .formatted(LofnConfig.RUN_MAX_DISK.name());
  }

  static String forHoles() {
    return "lofn copies holes as zeros; let the tool write its files without them, or pack them, as"
               + " tar --sparse does.";
  }

  /** For a tool that ended well but did not write a file. */
  String forMissing(String inContainer, String stderr) {
    return forDisk(stderr.toLowerCase(Locale.ROOT))
        .orElse(
            "The command must write %s, or the tool's output must name another file."
                .formatted(inContainer));
  }

  private Optional<String> forDisk(String said) {
    boolean full = exchange.map(ExchangeDisk::isFull).orElse(false);
    if (full) {
      return exchange.map(state -> capitalised(state.fullDisk()));
    }
    if (!said.contains("no space left on device")) {
      return Optional.empty();
    }
    String free =
        exchange.map(state -> " has %d bytes free now".formatted(state.freeBytes())).orElse("");
    return Optional.of(
        "A disk was full. That of the exchange%s; if it was another one, let the tool write below %s, or raise Tool.tmpfs or Tool.shm."
            .formatted(free, plan.exchangePath()));
  }

  private String forCode(int code, String said) {
    if (code == ExitCodes.BROKEN_PIPE && mayBeInPipeline()) {
      return "A command of a pipeline wrote to one that had ended, such as head. Where that is"
                 + " meant, say Tool.pipefail(false), or accept 141 by Tool.acceptedExitCodes.";
    }
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
              .formatted(memory());
      case ExitCodes.SEGMENTATION_FAULT ->
          "The tool crashed; try it by hand on this partition's input.";
      case ExitCodes.TERMINATED -> "Somebody on the node stopped the container.";
      default -> said.contains("permission denied") ? forPermission(said) : accepted(code);
    };
  }

  /** A guess: what looks like a pipeline may be a text in quotes. */
  private boolean mayBeInPipeline() {
    List<String> argv = plan.tool().argv();
    return plan.tool().usesPipefail() && PIPE.matcher(argv.get(argv.size() - 1)).find();
  }

  private String accepted(int code) {
    return code == 1 && mayBeInPipeline()
        ? accepted()
            + " Any command of a pipeline may have ended so, as grep does where nothing matches:"
            + " write { grep x || [ $? -eq 1 ]; } to allow that, or say Tool.pipefail(false)."
        : accepted();
  }

  private String forPermission(String said) {
    String user = plan.settings().user().orElse("of the image");
    boolean onExchange = said.contains(plan.exchangePath().toLowerCase(Locale.ROOT));
    if (onExchange && exchange.map(ExchangeDisk::seLinux).orElse(false)) {
      return "This node enforces SELinux, which lets containers into labelled directories only: chcon -R -t container_file_t on the directory that %s names."
          .formatted(LofnConfig.TMP_DIR.name());
    }
    if (onExchange) {
      return "The tool runs as user %s, who may not do this in the exchange; without Tool.user it runs as the executor's own."
          .formatted(user);
    }
    return "The tool runs as user %s; what it reads and writes must allow that, or set Tool.user."
        .formatted(user);
  }

  private String accepted() {
    return "Accepted are the exit codes %s; Tool.acceptedExitCodes changes that."
        .formatted(plan.tool().acceptedExitCodes());
  }

  private String memory() {
    OptionalLong memory = plan.settings().limits().memory();
    return memory.isPresent() ? memory.getAsLong() + " bytes" : "that of the node";
  }

  private static String capitalised(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }
}
