package io.lofn.core.hint;

import static io.lofn.core.hint.Hint.exited;
import static io.lofn.core.hint.Hint.when;

import io.lofn.core.config.LofnConfig;
import io.lofn.core.shell.ExitCodes;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** For what an exit code means; codes of signals are 128 and the signal's number. */
final class ExitHints {

  /** A pipe, and not {@code ||} or {@code >|}. */
  private static final Pattern PIPE = Pattern.compile("(?<![|>])[|](?![|])");

  private static final int TIMEOUT_OF_COREUTILS = 124;

  /** Codes of commands that were not started, with whatever input. */
  private static final Set<Integer> START =
      Set.of(ExitCodes.ENGINE_FAILED, ExitCodes.NOT_EXECUTABLE, ExitCodes.NOT_FOUND);

  /** Signals that say more than what the tool wrote before. */
  static final List<Hint> CRASHES =
      List.of(
          exited(
              132,
              "The program uses instructions that this node's processor does not have, or it ended itself so: use a build for an older processor, or nodes that are alike."),
          exited(
              133,
              "The program ended itself at a trap, as browsers and JavaScript engines do when memory is short or a check fails: raise Tool.memory and Tool.shm, and try it by hand on this partition's input."),
          exited(135, ExitHints::busError),
          exited(
              136,
              "The program made an arithmetic error, such as a division by zero; try it by hand on this partition's input."),
          exited(
              ExitCodes.KILLED,
              e ->
                  "Probably out of memory (limit: %s): make the partitions smaller, or raise Tool.memory. Otherwise somebody on the node killed it."
                      .formatted(SurroundingsHints.memory(e))),
          exited(
              ExitCodes.SEGMENTATION_FAULT,
              "The tool crashed. With spark.lofn.keep=on-failure lofn keeps this partition's input and a script that repeats the run."),
          exited(
              152,
              "The tool used more processor time than a limit of the engine or of its own script allows (ulimit -t)."),
          exited(
              153,
              "The tool wrote a larger file than a limit of the engine or of its own script allows (ulimit -f)."),
          exited(
              159,
              "The engine's seccomp profile forbids a system call that the tool makes, probably one that is newer than the engine: update the engine and libseccomp, or use an older image."));

  static final List<Hint> SIGNALS =
      List.of(
          when(
              e -> e.exited(ExitCodes.BROKEN_PIPE) && mayBeInPipeline(e),
              e ->
                  "A command of a pipeline wrote to one that had ended, such as head. If this is intended, use Tool.pipefail(false), or accept 141 with Tool.acceptedExitCodes."),
          exited(
              ExitCodes.BROKEN_PIPE,
              "The tool wrote to a program that had ended and read no more, or to a connection that was closed."),
          when(
              e -> e.exited(TIMEOUT_OF_COREUTILS) && command(e).contains("timeout"),
              e ->
                  "By this code timeout(1) says that the time it gave was over. lofn's own limit is Tool.timeout."),
          exited(
              134,
              "The tool ended itself by abort(), as it does after a failed check or without memory; standard error usually says why."),
          exited(
              ExitCodes.TERMINATED,
              "The tool was ended by SIGTERM, which lofn did not send. Either the tool sent it itself (kill, timeout, a process manager in its script), or something outside stopped the container, such as docker stop or a shutdown of the node."),
          when(
              e ->
                  e.exited(129)
                      || e.exited(130)
                      || e.exited(131)
                      || e.exited(138)
                      || e.exited(140)
                      || e.exited(142),
              e ->
                  "lofn did not send this signal: the tool sent it itself, as a script does with kill or a program with an alarm, or somebody on the node did."));

  private ExitHints() {}

  /** The last resort. */
  static String accepted(Evidence evidence) {
    String accepted =
        "The tool itself reports this failure. Exit codes that mean success: %s; Tool.acceptedExitCodes changes them."
            .formatted(evidence.setup().tool().acceptedExitCodes());
    if (!evidence.exited(1)) {
      return accepted;
    }
    if (mayBeInPipeline(evidence)) {
      return "If a command of a pipeline ended with 1, as grep does if no line matches, and this is intended, write { grep x || [ $? -eq 1 ]; }, or use Tool.pipefail(false). "
          + accepted;
    }
    return evidence.lines().isEmpty()
        ? accepted
            + " A program that says nothing may have found nothing, as grep and diff do, or may have hit its limit of %s processes and threads, as a JVM does: Tool.pids."
                .formatted(SurroundingsHints.limit(evidence))
        : accepted;
  }

  /** For a partition without records. */
  static final Hint EMPTY =
      when(
          e -> e.noRecords() && !START.contains(e.exitCode().orElse(-1)),
          e ->
              "This partition has no records, and many tools fail on an empty input. If yours does, let it not run there: %s=skip, or Tool.emptyPartitions(EmptyPartitions.SKIP)."
                  .formatted(LofnConfig.EMPTY_PARTITIONS.name()));

  private static String command(Evidence evidence) {
    return String.join(" ", evidence.setup().tool().argv());
  }

  /** A guess: what looks like a pipeline may be a text in quotes. */
  private static boolean mayBeInPipeline(Evidence evidence) {
    List<String> argv = evidence.setup().tool().argv();
    return evidence.setup().tool().usesPipefail() && PIPE.matcher(argv.get(argv.size() - 1)).find();
  }

  private static String busError(Evidence evidence) {
    OptionalLong shm = evidence.setup().settings().limits().sharedMemory();
    return "Probably /dev/shm was full (%s): raise Tool.shm, or let the tool use files. A file that was cut short while it was mapped, or a full disk below it, does the same."
        .formatted(
            shm.isPresent() ? shm.getAsLong() + " bytes" : "64 MiB by most engines' default");
  }
}
