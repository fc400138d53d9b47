package io.lofn.spark;

import static java.util.stream.Collectors.joining;

import io.lofn.api.ResourceLimits;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.PreparedImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is known of a run, and writes it down when the tool fails. */
final class FailureReport {

  private final RunPlan plan;
  private volatile String image;
  private volatile String runtime = "not chosen";
  private volatile String container = "none";

  FailureReport(RunPlan plan) {
    this.plan = plan;
    this.image = plan.tool().image();
  }

  void runtime(SelectedRuntime selected) {
    runtime = selected.toString();
  }

  void image(PreparedImage prepared) {
    image = prepared.reference() + " (" + prepared.id() + ")";
  }

  void container(String id) {
    container = id;
  }

  String servedBy() {
    return runtime;
  }

  ToolFailedException failure(Reason reason, @Nullable ContainerExit exit, StreamTail stderr) {
    String tail = stderr.text();
    String what =
        switch (reason) {
          case TIMED_OUT ->
              "did not end within " + plan.timeout().orElseThrow() + " and was stopped";
          case OUT_OF_MEMORY -> "ran out of memory, exit code " + codeOf(exit);
          case EXIT_CODE, OUTPUT_MISSING -> "failed with exit code " + codeOf(exit);
        };
    return exception(reason, what, exit, stderr, Hints.forFailure(plan, reason, exit, tail));
  }

  ToolFailedException outputMissing(String name, StreamTail stderr) {
    String inContainer = plan.exchangePath() + "/" + name;
    return exception(
        Reason.OUTPUT_MISSING,
        "ended well but left no regular file " + inContainer,
        null,
        stderr,
        "The command must write " + inContainer + ", or the tool's output must name another file.");
  }

  private ToolFailedException exception(
      Reason reason, String what, @Nullable ContainerExit exit, StreamTail stderr, String hint) {
    String tail = stderr.text();
    StringBuilder message = new StringBuilder();
    message.append("%s: the tool %s".formatted(plan.operator(), what));
    line(message, "command", command(plan.tool().argv()));
    line(message, "image", image);
    if (exit != null) {
      line(message, "exit code", ExitCodes.describe(exit.code()));
    }
    line(message, "limits", limits());
    line(message, "run", plan.task().toString());
    line(
        message,
        "node",
        "%s; %s; container %s".formatted(Owner.current().host(), runtime, container));
    line(message, "hint", hint);
    line(message, "stderr", tail.isEmpty() ? "nothing" : sizeOf(stderr));
    tail.lines()
        .forEach(text -> message.append(System.lineSeparator()).append("    ").append(text));
    return new ToolFailedException(
        message.toString(), reason, exit == null ? null : exit.code(), tail);
  }

  private static void line(StringBuilder message, String name, String value) {
    message.append("%n  %-9s  %s".formatted(name, value));
  }

  private static String codeOf(@Nullable ContainerExit exit) {
    return exit == null ? "unknown" : Integer.toString(exit.code());
  }

  private static String sizeOf(StreamTail stderr) {
    return stderr.total() > StreamTail.CAPACITY
        ? "the last %d of %d bytes".formatted(StreamTail.CAPACITY, stderr.total())
        : stderr.total() + " bytes";
  }

  private String limits() {
    ResourceLimits limits = plan.settings().limits();
    return "%s; network %s; user %s; timeout %s"
        .formatted(
            limits,
            plan.settings().network(),
            plan.settings().user().orElse("of the image"),
            plan.timeout().map(Object::toString).orElse("none"));
  }

  /** The command as a shell would take it, to be copied. */
  private static String command(List<String> argv) {
    return argv.isEmpty()
        ? "what the image says"
        : argv.stream().map(FailureReport::quote).collect(joining(" "));
  }

  private static String quote(String argument) {
    return argument.matches("[A-Za-z0-9_./:=@%+-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
