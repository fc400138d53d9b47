package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.helper.Shortage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the program with a document, and waits until it says that the tool starts. */
final class Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

  private static final Pattern STARTED = Pattern.compile("started (\\d{1,9})");
  private static final int LONGEST_LINE = 4096;

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);

  private final HelperProgram program;
  private final Duration callTimeout;

  Launcher(HelperProgram program, Duration callTimeout) {
    this.program = program;
    this.callTimeout = callTimeout;
  }

  /**
   * A program whose tool has started.
   *
   * @param process the program; its streams are those of the tool
   * @param first the process id of the container's first process
   */
  record Launched(Process process, long first) {}

  /**
   * Starts a container.
   *
   * @param id the container's name, for messages
   * @param document the whole document
   * @param input whether the tool has standard input
   * @param holdings get what ends the program, before it is started
   * @throws EngineException if it does not start; then nothing is left of it
   */
  Launched launch(String id, byte[] document, boolean input, Holdings holdings) {
    AtomicReference<@Nullable Process> owned = new AtomicReference<>();
    holdings.add(() -> end(owned.get()));
    ProcessBuilder builder = new ProcessBuilder(program.path().toString()).directory(new File("/"));
    builder.environment().clear();
    Process process = program.start(builder);
    owned.set(process);
    boolean started = false;
    try (StartWatch watch = new StartWatch(process, callTimeout)) {
      String said = talk(process, document, input);
      Optional<StartWatch.Reason> killed = watch.end();
      Matcher matcher = STARTED.matcher(said);
      if (killed.isEmpty() && matcher.matches()) {
        Launched launched = new Launched(process, Long.parseLong(matcher.group(1)));
        started = true;
        return launched;
      }
      throw failure(id, process, said, killed);
    } finally {
      if (!started) {
        end(process);
      }
    }
  }

  private static void end(@Nullable Process process) {
    if (process != null && process.isAlive()) {
      process.toHandle().destroyForcibly();
      if (!Uninterruptibly.waitFor(process, KILL_DEADLINE)) {
        LOG.warn("The process {} of lofn-run was killed, but does not end", process.pid());
      }
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
      String id, Process process, String said, Optional<StartWatch.Reason> reason) {
    if (reason.filter(StartWatch.Reason.INTERRUPT::equals).isPresent()) {
      return new EngineException("Interrupted while starting the container " + id);
    }
    if (reason.isPresent()) {
      return EngineException.transientFailure(
          "%s did not start the container %s within %s (spark.lofn.engine.timeout)"
              .formatted(program.path(), id, callTimeout),
          new TimeoutException(said));
    }
    boolean ended = Uninterruptibly.waitFor(process, KILL_DEADLINE);
    String words =
        said.isEmpty()
            ? "lofn-run " + (ended ? "ended with code " + process.exitValue() : "closed its error")
            : said;
    String message = "Could not start the container %s: %s".formatted(id, words);
    return Shortage.isIn(said)
        ? EngineException.transientFailure(message, new IOException(said))
        : new EngineException(message);
  }
}
