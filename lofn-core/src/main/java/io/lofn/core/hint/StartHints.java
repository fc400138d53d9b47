package io.lofn.core.hint;

import static io.lofn.core.hint.Hint.exited;
import static io.lofn.core.hint.Hint.said;
import static io.lofn.core.hint.Hint.when;

import io.lofn.core.shell.ExitCodes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** For a command that could not be started, or means something else than its author thinks. */
final class StartHints {

  private static final Pattern OPERATOR =
      Pattern.compile("[|<;&]|\\|\\||&&|[0-9&]?>{1,2}(&[0-9])?|[0-9]?>{1,2}[^>=].*|<[^<=].*");

  /** How shells and engines name a program that is not there. */
  private static final Pattern NOT_FOUND =
      Hint.said(
          "exec: \"?([^\"\\s:]+)\"?: (?:executable file )?not found"
              + "|([^\\s:'\"]+): (?:command )?not found"
              + "|env: [\u2018'\"]?([^\\s:'\"\u2019]+)[\u2019'\"]?: No such file");

  private static final Pattern LIBRARY =
      Hint.said(
          "error (?:while )?loading shared librar(?:y|ies):? ([^\\s:]+):"
              + "|version [`']([A-Z]+_[\\d.]+)' not found");

  /** What the kernel or a shell says of a file that it cannot execute, whatever the exit code. */
  static final List<Hint> BY_WORDS =
      List.of(
          said(
              "exec format error",
              "Either the image is for another processor than this node's (see Tool.platform), or the file is a script without a first line such as #!/bin/sh."),
          said(
              "argument list too long",
              "The command and its environment are more than this node passes to a program; hand long lists over in a file: an input of the exchange or a volume."),
          StartHints::library,
          said(
              "bad interpreter|(python\\d?|sh|perl)\\\\r|^: (command )?not found|\\^M",
              "The interpreter in the first line of a script is not in the image, or the script has Windows line ends (\\r\\n): convert it with dos2unix, or start it as an argument of its interpreter."),
          when(StartHints::isPipefailRefused, e -> bash("`set -o pipefail`")),
          when(StartHints::isSyntaxOfBash, e -> bash("syntax of bash")),
          when(
              e -> !isScript(e) && operator(e).isPresent(),
              e ->
                  "The command has %s as an argument. command(...) starts no shell, so the program itself gets it; for pipes and redirections use shell(...)."
                      .formatted(operator(e).orElseThrow())));

  /** By the exit codes for a command that was not started. */
  static final List<Hint> BY_CODE =
      List.of(
          exited(ExitCodes.NOT_FOUND, StartHints::notFound),
          exited(
              ExitCodes.NOT_EXECUTABLE,
              "Is the file executable in the image, and made for this node's processor?"),
          exited(
              ExitCodes.ENGINE_FAILED,
              "If the tool itself does not use this code, try the image by hand on the node."));

  private StartHints() {}

  private static boolean isScript(Evidence evidence) {
    return evidence.setup().tool().isScript();
  }

  private static Optional<String> operator(Evidence evidence) {
    List<String> argv = evidence.setup().tool().argv();
    boolean startsShell =
        argv.size() > 1 && argv.get(0).matches("(.*/)?(sh|bash|dash|ash|ksh|zsh|awk|gawk|mawk)");
    return startsShell
        ? Optional.empty()
        : argv.stream().skip(1).filter(word -> OPERATOR.matcher(word).matches()).findFirst();
  }

  private static Optional<String> library(Evidence evidence) {
    return evidence
        .match(LIBRARY)
        .map(StartHints::group)
        .map(
            "The program needs %s, which the image does not have: install it in the image, or use an image that the program was built for."
                ::formatted);
  }

  private static boolean isPipefailRefused(Evidence evidence) {
    return evidence.says(Hint.said("illegal option -o pipefail|pipefail: invalid option"));
  }

  private static boolean isSyntaxOfBash(Evidence evidence) {
    boolean inSh = isScript(evidence) || evidence.setup().tool().argv().contains("-c");
    return inSh
        && evidence.says(
            Hint.said(
                "(^|: )(\\[\\[|source|declare|shopt|mapfile|readarray|pushd): not found"
                    + "|syntax error: (\"\\(\"|redirection|bad for loop variable|\\(\\( unexpected)"
                    + "|syntax error: unexpected \"\\(\"|bad substitution"));
  }

  private static String bash(String what) {
    return "The image's sh does not know %s; it is probably dash. Tool.shell sets pipefail itself where sh knows it. For a script for bash use command(\"bash\", \"-c\", script) with an image that has bash."
        .formatted(what);
  }

  private static String notFound(Evidence evidence) {
    List<String> argv = evidence.setup().tool().argv();
    List<String> entrypoint = evidence.image().entrypoint();
    Optional<String> missing = evidence.match(NOT_FOUND).map(StartHints::group);
    boolean ofCommand = !isScript(evidence) && !evidence.setup().tool().usesImageEntrypoint();
    if (ofCommand && !argv.isEmpty() && argv.get(0).contains(" ")) {
      return "The program's name has blanks. command(...) takes the program and each argument as a separate string; a line for a shell goes to shell(...).";
    }
    if (missing.isPresent() && (!ofCommand || !argv.contains(missing.get()))) {
      return missing.get().matches("(/bin/)?(sh|bash)")
          ? "The image has no %s, which the command needs: use command(...) with a program of the image, or an image with a shell."
              .formatted(missing.get())
          : "Is the program %s in the image and on its PATH?".formatted(missing.get());
    }
    if (ofCommand && !entrypoint.isEmpty()) {
      return "The image has the ENTRYPOINT %s, and command(...) takes its place: if these words are arguments for it, use Tool.entrypoint(...). If they are a program, it is not in the image or not on its PATH."
          .formatted(entrypoint);
    }
    return "Is the program in the image and on its PATH? command(...) takes a program and its"
        + " arguments; a line for a shell goes to shell(...).";
  }

  /** What the first group that took part has found. */
  private static String group(Matcher match) {
    return IntStream.rangeClosed(1, match.groupCount())
        .mapToObj(match::group)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }
}
