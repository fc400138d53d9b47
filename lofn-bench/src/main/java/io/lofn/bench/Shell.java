package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Runs shell commands, as a user without lofn would. */
final class Shell {

  private Shell() {}

  /** Runs a command, which must succeed, and returns its output. */
  static String output(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("'%s' ended with exit code %d".formatted(command, process.exitValue()));
    }
    return output;
  }
}
