package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.helper.Shortage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gives a sandbox what it shall run, and waits until it says that the tool starts. */
final class Launcher {

  private static final Pattern STARTED = Pattern.compile("started (\\d{1,9})");
  private static final int LONGEST_LINE = 4096;

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);

  private final Duration callTimeout;

  Launcher(Duration callTimeout) {
    this.callTimeout = callTimeout;
  }

  /**
   * Starts a container. The streams of the sandbox's process are then those of the tool.
   *
   * @param id the container's name, for messages
   * @param sandbox what it runs in; the caller ends it
   * @param document what follows the first part
   * @param input whether the tool has standard input
   * @return the process id of the container's first process
   * @throws EngineException if it does not start
   */
  long launch(String id, Sandbox sandbox, byte[] document, boolean input) {
    Process process = sandbox.process();
    try (StartWatch watch = new StartWatch(process, callTimeout)) {
      String said = talk(process, document, input);
      Optional<StartWatch.Reason> killed = watch.end();
      Matcher matcher = STARTED.matcher(said);
      if (killed.isEmpty() && matcher.matches()) {
        return Long.parseLong(matcher.group(1));
      }
      throw failure(id, sandbox, said, killed);
    }
  }

  /** Returns the line that the program writes; what it wrote if it ended before a whole line. */
  private static String talk(Process process, byte[] document, boolean input) {
    OutputStream stdin = process.getOutputStream();
    String unread = "";
    try {
      stdin.write(document);
      stdin.flush();
      if (!input) {
        stdin.close();
      }
    } catch (IOException e) {
      // It has ended; its own words say why.
      unread = "it did not read its document: " + e.getMessage();
    }
    try {
      String line = line(process.getErrorStream());
      return line.isEmpty() ? unread : line;
    } catch (IOException e) {
      return unread.isEmpty() ? String.valueOf(e.getMessage()) : unread;
    }
  }

  /** Byte by byte: what follows is the tool's. */
  private static String line(InputStream stderr) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (line.size() < LONGEST_LINE) {
      int next = stderr.read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.write(next);
    }
    return line.toString(UTF_8);
  }

  private EngineException failure(
      String id, Sandbox sandbox, String said, Optional<StartWatch.Reason> reason) {
    if (reason.filter(StartWatch.Reason.INTERRUPT::equals).isPresent()) {
      return new EngineException("Interrupted while starting the container " + id);
    }
    if (reason.isPresent()) {
      return EngineException.transientFailure(
          "lofn-run did not start the container %s within %s (spark.lofn.engine.timeout)"
              .formatted(id, callTimeout),
          new TimeoutException(said));
    }
    Process process = sandbox.process();
    boolean ended = Uninterruptibly.waitFor(process, KILL_DEADLINE);
    String words =
        said.isEmpty()
            ? "lofn-run " + (ended ? "ended with code " + process.exitValue() : "closed its error")
            : said;
    String message = "Could not start the container %s: %s".formatted(id, words);
    // A spare that was killed while it waited says nothing of a container.
    return Shortage.isIn(said) || (said.isEmpty() && sandbox.isSpare())
        ? EngineException.transientFailure(message, new IOException(words))
        : new EngineException(message);
  }
}
