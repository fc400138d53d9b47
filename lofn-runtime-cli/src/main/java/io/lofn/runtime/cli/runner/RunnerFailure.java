package io.lofn.runtime.cli.runner;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.dialect.Apptainer;
import io.lofn.runtime.cli.dialect.Charliecloud;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Distinguishes the failure of a program that runs containers from that of the tool. */
final class RunnerFailure {

  private RunnerFailure() {}

  /**
   * Returns the exit code of a run that ended at once.
   *
   * @param program the program
   * @param code the exit code, not 0
   * @param complaint the beginning of its standard error
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
    return Charliecloud.toolCode(complaint)
        .or(() -> Apptainer.toolCode(complaint))
        .or(
            () -> {
              throw new EngineException(
                  "%s could not start a container and ended with exit code %d: %s"
                      .formatted(program, code, complaint.strip()));
            });
  }
}
