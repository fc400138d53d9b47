package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Commands as somebody without lofn types them. */
final class Shell {

  private Shell() {}

  /** Runs a command, which must end well, and returns what it printed. */
  static String output(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("'%s' ended with %d".formatted(command, process.exitValue()));
    }
    return output;
  }
}
