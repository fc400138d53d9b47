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

/** Runs {@code bwrap} for what it says, not for a tool. */
final class Bwrap {

  private Bwrap() {}

  /**
   * What the program prints.
   *
   * @throws EngineException if it is not there, fails, or takes longer than a call may take
   */
  static String run(String program, List<String> arguments, Duration timeout) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(arguments);
    try {
      // To a file: a pipe that nobody reads would hold the program back, and one that is read has
      // no deadline.
      Path output = Files.createTempFile("bwrap", ".txt");
      try {
        return run(command, timeout, output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new EngineException("%s cannot be run: %s".formatted(program, e.getMessage()), e);
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
          "%s ended with %d: %s".formatted(command, process.exitValue(), said.strip()));
    }
    return said;
  }
}
