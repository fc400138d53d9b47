package io.lofn.core.hint;

import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.shell.ExitCodes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The one thing to try first after a failure: the first hint that applies. */
public final class Hints {

  /** For a tool that ended by itself; what speaks more surely comes first. */
  private static final List<Hint> OF_EXITS =
      Stream.of(
              FileHints.DISK,
              ExitHints.CRASHES,
              StartHints.BY_WORDS,
              SurroundingsHints.ALL,
              FileHints.ALL,
              List.of(ExitHints.EMPTY),
              FileHints.CONTENT,
              StartHints.BY_CODE,
              ExitHints.SIGNALS,
              FileHints.LATE)
          .flatMap(List::stream)
          .toList();

  /** For a tool that ended well but left no output. */
  private static final List<Hint> OF_MISSING =
      Stream.of(
              FileHints.DISK,
              SurroundingsHints.ALL,
              FileHints.ALL,
              FileHints.CONTENT,
              FileHints.LATE)
          .flatMap(List::stream)
          .toList();

  private Hints() {}

  public static String forFailure(Reason reason, Evidence evidence) {
    if (reason == Reason.TIMED_OUT) {
      return "Raise Tool.timeout or %s, or make the partitions smaller."
          .formatted(LofnConfig.RUN_TIMEOUT.name());
    }
    if (reason == Reason.OUT_OF_MEMORY) {
      return "Raise Tool.memory or %s (now %s), or make the partitions smaller."
          .formatted(LofnConfig.MEMORY.name(), SurroundingsHints.memory(evidence));
    }
    return first(OF_EXITS, evidence).orElseGet(() -> ExitHints.accepted(evidence));
  }

  /** For a program that could not be executed. */
  public static String forStart(Evidence evidence) {
    List<Hint> all =
        Stream.of(StartHints.BY_WORDS, FileHints.ALL, StartHints.BY_CODE)
            .flatMap(List::stream)
            .toList();
    return first(all, evidence)
        .or(() -> first(StartHints.BY_CODE, evidence.exitedWith(ExitCodes.NOT_FOUND)))
        .orElseGet(() -> ExitHints.accepted(evidence));
  }

  public static String forIdle() {
    return "If the tool works silently, raise Tool.idleTimeout or %s; otherwise find out what it waits for."
        .formatted(LofnConfig.RUN_IDLE_TIMEOUT.name());
  }

  public static String forRecord(long longest) {
    return "Is the record delimiter right? A large file is read by its lines, or as a BinaryFile. If records are meant to be so long, raise %s (now %d), and the executors' memory with it."
        .formatted(LofnConfig.RECORD_MAX_SIZE.name(), longest);
  }

  public static String forDiskLimit() {
    return "Raise Tool.maxDisk or %s, or make the partitions smaller."
        .formatted(LofnConfig.RUN_MAX_DISK.name());
  }

  public static String forHoles() {
    return "lofn copies holes as zeros; let the tool write its files without them, or pack them, as tar --sparse does.";
  }

  /** For a tool that ended well but did not write a file. */
  public static String forMissing(String inContainer, Evidence evidence) {
    return first(OF_MISSING, evidence)
        .orElse(
            "The command must write %s, or the tool's output must name another file."
                .formatted(inContainer));
  }

  /** For a reader or a writer that failed; the lines are the messages of what it has thrown. */
  public static String forLayout(Evidence evidence) {
    return first(FileHints.CONTENT, evidence)
        .orElse(
            "The tool did not fail, but the code that writes its input or reads its output; its stack trace is at the last \"Caused by\". Check that the layout fits the data.");
  }

  private static Optional<String> first(List<Hint> hints, Evidence evidence) {
    return hints.stream().flatMap(hint -> hint.of(evidence).stream()).findFirst();
  }
}
