package io.lofn.runtime.cli;

import io.lofn.api.EngineException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells the failure of a program that runs containers from that of the tool. */
final class RunnerFailure {

  private static final Pattern NOT_FOUND =
      Pattern.compile(
          "can't execve\\(2\\): .*: No such file or directory"
              + "|FATAL: .*(executable file not found in \\$PATH|no such file or directory)",
          Pattern.DOTALL);
  private static final Pattern NOT_EXECUTABLE =
      Pattern.compile("can't execve\\(2\\): |FATAL: .*(permission denied)", Pattern.DOTALL);

  private RunnerFailure() {}

  /**
   * What a run that ended at once ended with.
   *
   * @param program the program
   * @param code the exit code, not 0
   * @param complaint how its standard error begins
   * @return the code of a tool that does not exist or cannot be executed; empty if the tool ran
   * @throws EngineException if the program failed
   */
  static Optional<Integer> toolCode(Path program, int code, String complaint) {
    String name = Pattern.quote(String.valueOf(program.getFileName()));
    boolean isItsOwn =
        Pattern.compile("(" + name + "(\\[\\d+]: error|: (?!warning))|FATAL):?\\s?")
            .matcher(complaint)
            .lookingAt();
    if (!isItsOwn) {
      return Optional.empty();
    }
    if (NOT_FOUND.matcher(complaint).find()) {
      return Optional.of(127);
    }
    if (NOT_EXECUTABLE.matcher(complaint).find()) {
      return Optional.of(126);
    }
    throw new EngineException("%s ended with %d: %s".formatted(program, code, complaint.strip()));
  }
}
