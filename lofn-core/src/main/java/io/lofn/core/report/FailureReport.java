package io.lofn.core.report;

import io.lofn.api.LayoutException;
import io.lofn.api.Printable;
import io.lofn.api.ResourceLimits;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.exchange.DiskWatch;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.hint.Evidence;
import io.lofn.core.hint.Hints;
import io.lofn.core.hint.Setup;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.report.FoundOutputs.Instead;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.shell.ExitCodes;
import io.lofn.core.streams.StreamTail;
import io.lofn.core.text.Abbreviated;
import io.lofn.core.text.ShellWords;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.PreparedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects what is known of a run, and writes it down when the tool fails. */
public final class FailureReport {

  private final RunPlan plan;
  private final Function<Path, ExchangeDisk> look;
  private volatile String image;
  private volatile ImageConfig config = ImageConfig.empty();
  private volatile BooleanSupplier noRecords = () -> false;
  private volatile String runtime = "not chosen";
  private volatile String container = "none";
  private volatile @Nullable Path exchange;
  private volatile @Nullable Path kept;
  private volatile @Nullable String found;

  public FailureReport(RunPlan plan) {
    this(plan, ExchangeDisk::of);
  }

  /**
   * @param look looks at the exchange when a hint is wanted
   */
  public FailureReport(RunPlan plan, Function<Path, ExchangeDisk> look) {
    this.plan = plan;
    this.look = look;
    this.image = plan.tool().image();
  }

  public void runtime(SelectedRuntime selected) {
    runtime = selected.toString();
  }

  public void image(PreparedImage prepared) {
    image = prepared.reference() + " (" + prepared.id() + ")";
    config = prepared.config();
  }

  public void container(String id) {
    container = id;
  }

  public void exchange(Path directory) {
    exchange = directory;
  }

  /** What tells whether the partition is known to have no records. */
  public void noRecordsIf(BooleanSupplier known) {
    noRecords = known;
  }

  /** What is kept of the run, to be named in the report. */
  public void kept(Path what) {
    kept = what;
  }

  public String servedBy() {
    return runtime;
  }

  public ToolFailedException failure(
      Reason reason, @Nullable ContainerExit exit, StreamTail stderr) {
    String what =
        switch (reason) {
          case TIMED_OUT ->
              "did not end within " + said(plan.timeout().orElseThrow()) + " and was stopped";
          case OUT_OF_MEMORY -> "ran out of memory, exit code " + codeOf(exit);
          case EXIT_CODE, OUTPUT_MISSING, OUTPUT_TOO_LARGE ->
              "failed with exit code " + codeOf(exit);
        };
    return exception(reason, what, exit, stderr, Hints.forFailure(reason, evidence(exit, stderr)));
  }

  /** The failure of a tool whose program could not be executed, whatever exit codes it accepts. */
  public ToolFailedException neverBegan(ContainerExit exit, StreamTail stderr) {
    return exception(
        Reason.EXIT_CODE,
        "could not be executed, exit code " + exit.code(),
        exit,
        stderr,
        Hints.forStart(evidence(exit, stderr)));
  }

  /** The failure of a tool that was stopped because it did nothing. */
  public ToolFailedException idle(StreamTail stderr) {
    return exception(
        Reason.TIMED_OUT,
        "neither read nor wrote for " + said(plan.idleTimeout().orElseThrow()) + " and was stopped",
        null,
        stderr,
        Hints.forIdle());
  }

  /**
   * The failure of a tool that wrote a record that is not to be held in memory.
   *
   * @param where the record
   */
  public ToolFailedException recordTooLong(String where, StreamTail stderr) {
    return exception(
        Reason.OUTPUT_TOO_LARGE,
        "wrote a record of more than %d bytes: %s".formatted(plan.maxRecordSize(), where),
        null,
        stderr,
        Hints.forRecord(plan.maxRecordSize()));
  }

  /** The failure of a tool that was stopped, or has ended, with more on the disk than it may. */
  public ToolFailedException tooMuchDisk(DiskWatch watch, StreamTail stderr) {
    return exception(Reason.OUTPUT_TOO_LARGE, watch.finding(), null, stderr, Hints.forDiskLimit());
  }

  /** The failure of a tool whose output has more bytes than its disk can have given it. */
  public ToolFailedException outputTooLarge(long bytes, long room, StreamTail stderr) {
    return exception(
        Reason.OUTPUT_TOO_LARGE,
        "left an output of %d bytes on a disk of %d, so most of it is holes or the same file by several names"
            .formatted(bytes, room),
        null,
        stderr,
        Hints.forHoles());
  }

  public ToolFailedException outputMissing(String name, StreamTail stderr) {
    String inContainer = plan.exchangePath() + "/" + name;
    Optional<Instead> instead = there().flatMap(found -> found.insteadOf(name));
    return missing(
        "regular file " + inContainer + instead.map(Instead::what).orElse(""),
        stderr,
        instead
            .map(Instead::hint)
            .orElseGet(() -> Hints.forMissing(inContainer, evidence(null, stderr))));
  }

  /** The failure of a tool that left nothing of what its output names. */
  public ToolFailedException nothingOf(String what, StreamTail stderr) {
    return missing(
        "%s in %s".formatted(what, plan.exchangePath()),
        stderr,
        Hints.forMissing("it", evidence(null, stderr)));
  }

  /**
   * The failure of a tool whose output the executor may not read.
   *
   * @param file on this node
   */
  public ToolFailedException outputUnreadable(String name, Path file, StreamTail stderr) {
    return exception(
        Reason.OUTPUT_MISSING,
        "ended well but left %s/%s so that the executor, user %s, may not read it: %s"
            .formatted(
                plan.exchangePath(), name, ProcessUser.current(), FoundOutputs.permissions(file)),
        null,
        stderr,
        "Let the command make its outputs readable, as by umask 022 or chmod, and leave Tool.user"
            + " away unless the engine maps that user to the executor's.");
  }

  private ToolFailedException missing(String what, StreamTail stderr, String hint) {
    found = there().map(FoundOutputs::names).orElse(null);
    return exception(Reason.OUTPUT_MISSING, "ended well but left no " + what, null, stderr, hint);
  }

  private Optional<FoundOutputs> there() {
    return Optional.ofNullable(exchange)
        .filter(Files::isDirectory)
        .map(directory -> new FoundOutputs(directory, plan.mountPoints()));
  }

  /** Completes a failure that is not the tool's. */
  RuntimeException complete(RuntimeException failure) {
    return TaskFailure.complete(failure, plan);
  }

  /** The failure of what reads a tool's output. */
  public LayoutException readingFailed(Exception cause, StreamTail stderr) {
    return layoutFailed("the output of the tool could not be read", cause, stderr);
  }

  /** The failure of what writes a tool's input. */
  public LayoutException writingFailed(Exception cause, StreamTail stderr) {
    return layoutFailed("the input of the tool could not be written", cause, stderr);
  }

  private LayoutException layoutFailed(String what, Exception cause, StreamTail stderr) {
    List<String> causes = Causes.of(cause).map(Throwable::toString).toList();
    String last = causes.size() == 1 ? "" : "; " + causes.get(causes.size() - 1);
    String title = "%s: %s: %s%s".formatted(plan.operator(), what, causes.get(0), last);
    String hint = Hints.forLayout(evidence(causes));
    OwnTrace.cut(cause);
    return new LayoutException(
        text(title, null, hint, LastLines.of(stderr.text()), stderr.total()),
        "%s; image %s; %s; hint: %s"
            .formatted(Abbreviated.line(title), plan.tool().image(), plan.task(), hint),
        cause);
  }

  private Evidence evidence(List<String> lines) {
    return new Evidence(
        new Setup(plan.tool(), plan.settings(), plan.exchangePath(), plan.reuse()),
        config,
        OptionalInt.empty(),
        lines,
        Optional.ofNullable(exchange).map(look),
        noRecords.getAsBoolean());
  }

  private Evidence evidence(@Nullable ContainerExit exit, StreamTail stderr) {
    return new Evidence(
        new Setup(plan.tool(), plan.settings(), plan.exchangePath(), plan.reuse()),
        config,
        exit == null ? OptionalInt.empty() : OptionalInt.of(exit.code()),
        LastLines.of(stderr.text()).shown(),
        Optional.ofNullable(exchange).map(look),
        noRecords.getAsBoolean());
  }

  private ToolFailedException exception(
      Reason reason, String what, @Nullable ContainerExit exit, StreamTail stderr, String hint) {
    LastLines last = LastLines.of(Abbreviated.words(stderr.text(), plan.tool().argv()));
    ToolFailedException failure =
        new ToolFailedException(
            text(plan.operator() + ": the tool " + what, exit, hint, last, stderr.total()),
            summary(what, hint, last),
            reason,
            exit == null ? null : exit.code(),
            stderr.text());
    if (plan.failFast() > 0) {
      PermanentFailureMarker.mark(failure, plan.failFast());
    }
    return failure;
  }

  /**
   * The whole report.
   *
   * @param title what happened
   * @param total how many bytes the tool wrote to standard error
   */
  private String text(
      String title, @Nullable ContainerExit exit, String hint, LastLines last, long total) {
    StringBuilder message = new StringBuilder();
    message.append(Printable.line(title));
    message.append("%n  command    %s".formatted(command(plan.tool().argv())));
    line(message, "image", image);
    if (exit != null) {
      line(message, "exit code", ExitCodes.describe(exit.code()));
    }
    if (plan.tool().isScript()) {
      line(message, "pipefail", pipefail());
    }
    line(message, "limits", limits());
    line(message, "run", plan.task().toString());
    line(
        message,
        "node",
        "%s; %s; container %s".formatted(ProcessIdentity.current().host(), runtime, container));
    String there = found;
    if (there != null) {
      line(message, "found", there);
    }
    Path left = kept;
    if (left != null) {
      line(message, "kept", left.toString());
    }
    line(message, "hint", hint);
    line(message, "stderr", last.size(total));
    last.shown()
        .forEach(text -> message.append(System.lineSeparator()).append("    ").append(text));
    return message.toString();
  }

  private static void line(StringBuilder message, String name, String value) {
    message.append("%n  %-9s  %s".formatted(name, Printable.line(value)));
  }

  private static String codeOf(@Nullable ContainerExit exit) {
    return exit == null ? "unknown" : Integer.toString(exit.code());
  }

  /** What was wrong, where, and what to do, in one line of a log. */
  private String summary(String what, String hint, LastLines last) {
    return "%s: the tool %s; image %s; %s%s; hint: %s"
        .formatted(
            plan.operator(),
            what,
            plan.tool().image(),
            plan.task(),
            last.last().map(line -> "; last line of stderr: " + Abbreviated.of(line)).orElse(""),
            hint);
  }

  private String limits() {
    ResourceLimits limits = plan.settings().limits();
    return "%s; network %s; user %s; timeout %s%s"
        .formatted(
            limits,
            plan.settings().network(),
            plan.settings().user().orElse("of the image"),
            plan.timeout().map(FailureReport::said).orElse("none"),
            plan.idleTimeout().map(limit -> "; idle timeout " + said(limit)).orElse(""));
  }

  /** The driver does not know the image's shell, and the shell does not say. */
  private String pipefail() {
    return plan.tool().usesPipefail()
        ? "set where the image's sh knows it; dash up to 0.5.12 does not"
        : "not set, by Tool.pipefail(false)";
  }

  /** The command as a shell would take it, to be copied unless it is long. */
  private static String command(List<String> argv) {
    return argv.isEmpty() ? "what the image says" : Abbreviated.of(ShellWords.join(argv));
  }

  /** A time as Spark's configuration writes it: PT10M is 10m. */
  private static String said(Duration time) {
    return time.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }
}
