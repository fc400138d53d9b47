package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that is asked something by its standard input. Nobody blocks in a read of its output:
 * what it has started may live on, and hold that stream open for ever.
 */
final class HelperProcess {

  private static final Logger LOG = LoggerFactory.getLogger(HelperProcess.class);

  private static final String VARIABLE = "LOFN_CREDENTIAL_HELPER";
  private static final int MOST_BYTES = 1 << 20;

  private static final long FIRST_PAUSE = 1;
  private static final long LONGEST_PAUSE = 20;

  /**
   * What it said.
   *
   * @param end how it ended
   * @param code its exit code; nothing unless it has ended by itself
   * @param output its standard output
   */
  record Answer(End end, int code, String output) {}

  /** How the conversation ended. */
  enum End {
    /** The program has ended by itself. */
    EXITED,
    /** It took too long and was killed. */
    TOO_LATE,
    /** It wrote too much and was killed. */
    TOO_MUCH
  }

  private HelperProcess() {}

  /**
   * Runs a program to its end, or kills it and what it has started.
   *
   * @throws IOException if it cannot be started
   */
  static Answer ask(List<String> command, byte[] question, Duration atMost)
      throws IOException, InterruptedException {
    String id = UUID.randomUUID().toString();
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.DISCARD);
    builder.environment().put(VARIABLE, id);
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      tell(process, question);
      return listen(process, output, System.nanoTime() + atMost.toNanos());
    } finally {
      kill(process, id);
    }
  }

  private static void tell(Process process, byte[] question) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(question);
    } catch (IOException notRead) {
      // It has ended, or answers everybody the same: its exit code and its answer count.
    }
  }

  private static Answer listen(Process process, InputStream output, long end)
      throws InterruptedException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    long pause = FIRST_PAUSE;
    boolean before = false;
    while (true) {
      boolean ended = !process.isAlive();
      boolean some = read(output, kept);
      if (kept.size() > MOST_BYTES) {
        return new Answer(End.TOO_MUCH, -1, "");
      }
      // The JDK exchanges the stream of an ended process for what it had not been read of it.
      if (before && !some) {
        return new Answer(End.EXITED, process.exitValue(), kept.toString(UTF_8));
      }
      if (System.nanoTime() - end > 0) {
        return new Answer(End.TOO_LATE, -1, "");
      }
      pause = some ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
      before = ended;
      Thread.sleep(pause);
    }
  }

  /** Reads what is there already; returns whether there was something, or may be. */
  private static boolean read(InputStream output, ByteArrayOutputStream kept) {
    try {
      int there = output.available();
      if (there > 0) {
        kept.write(output.readNBytes(there));
      }
      return there > 0;
    } catch (IOException exchanged) {
      return true;
    }
  }

  /**
   * Kills a process that has not ended by itself, and all that it has started, also while it is
   * killed. By handles: the process's own method closes its streams, which may wait for their
   * reader.
   */
  private static void kill(Process process, String id) {
    if (process.isAlive()) {
      List<ProcessHandle> left =
          Processes.kill(started -> Processes.hasVariable(started, VARIABLE + "=" + id));
      process.toHandle().destroyForcibly(); // one of another user shows no environment
      if (!left.isEmpty()) {
        LOG.warn("Could not kill what a credential helper started: processes {}", left);
      }
    }
  }
}
