package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program that is asked something by its standard input. Only the program itself is waited for:
 * what it has started may live on, and hold its standard output open.
 */
final class HelperProcess {

  /** A process that has ended may have left its output to one that has not. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final int MOST_BYTES = 1 << 20;

  /**
   * What it said.
   *
   * @param code its exit code
   * @param output its standard output, or the first MiB of it
   */
  record Answer(int code, String output) {}

  private HelperProcess() {}

  /**
   * Runs a program to its end, or kills it and what it has started.
   *
   * @return empty if it took too long
   * @throws IOException if it cannot be started
   */
  static Optional<Answer> ask(List<String> command, byte[] question, Duration atMost)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
    try {
      Output output = new Output(process.getInputStream());
      output.start();
      tell(process, question);
      return process.waitFor(NANOSECONDS.convert(atMost), NANOSECONDS)
          ? Optional.of(new Answer(process.exitValue(), output.await()))
          : Optional.empty();
    } finally {
      kill(process);
    }
  }

  private static void tell(Process process, byte[] question) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(question);
    } catch (IOException notRead) {
      // It has ended, or answers everybody the same: its exit code and its answer count.
    }
  }

  /** By handles: the process's own method closes its streams, which may wait for their reader. */
  private static void kill(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> started = process.descendants().toList();
      process.toHandle().destroyForcibly();
      started.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static final class Output extends Thread {

    private final InputStream stream;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    Output(InputStream stream) {
      super("lofn-credential-helper");
      setDaemon(true);
      this.stream = stream;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[8192];
      try (stream) {
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
          keep(buffer, n);
        }
      } catch (IOException killed) {
        // What it said before is kept.
      }
    }

    private synchronized void keep(byte[] buffer, int length) {
      kept.write(buffer, 0, Math.min(length, MOST_BYTES - kept.size()));
    }

    String await() throws InterruptedException {
      NANOSECONDS.timedJoin(this, LAST_WORDS.toNanos());
      synchronized (this) {
        return kept.toString(UTF_8);
      }
    }
  }
}
