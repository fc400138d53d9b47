package org.example.bubblewrap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.lofn.api.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code bwrap} for its output, without a tool. */
final class Bwrap {

  private Bwrap() {}

  /**
   * Returns the output of the program.
   *
   * @throws EngineException if it does not exist, fails, or takes longer than the call timeout
   */
  static String run(String program, List<String> arguments, Duration timeout) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(arguments);
    try {
      // To a file: an unread pipe would block the program, and reading a pipe has no deadline.
      Path output = Files.createTempFile("bwrap", ".txt");
      try {
        return run(command, timeout, output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new EngineException("Could not run %s: %s".formatted(program, e.getMessage()), e);
    }
  }

  private static String run(List<String> command, Duration timeout, Path output)
      throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(timeout.toMillis(), MILLISECONDS)) {
        throw new EngineException("%s did not end within %s".formatted(command, timeout));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while waiting for " + command, e);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output, UTF_8);
    if (process.exitValue() != 0) {
      throw new EngineException(
          "%s ended with exit code %d: %s".formatted(command, process.exitValue(), said.strip()));
    }
    return said;
  }
}
