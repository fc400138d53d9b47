package io.lofn.runtime.cli.process;

import io.lofn.spi.UnbufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process of a command line that is attached to a container. Thread-safe. */
public final class AttachedProcess {

  private static final Logger LOG = LoggerFactory.getLogger(AttachedProcess.class);

  private final Process process;
  private final OutputStream stdin;
  private final ReadAhead stdout;
  private final ReadAhead stderr;

  private AttachedProcess(Process process, ReadAhead stdout, ReadAhead stderr) {
    this.process = process;
    this.stdin = new UnbufferedOutputStream(process.getOutputStream());
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * Starts the process.
   *
   * @param directory the directory in which its output is buffered
   */
  public static AttachedProcess start(Command command, boolean input, Path directory)
      throws IOException {
    Process process = input ? command.startWithInput() : command.start();
    try {
      ReadAhead stdout =
          ReadAhead.of(process.getInputStream(), directory.resolve("stdout"), "stdout");
      ReadAhead stderr =
          ReadAhead.of(process.getErrorStream(), directory.resolve("stderr"), "stderr");
      return new AttachedProcess(process, stdout, stderr);
    } catch (IOException | RuntimeException | Error e) {
      ProcessTree.kill(process);
      throw e;
    }
  }

  public Process process() {
    return process;
  }

  public OutputStream stdin() {
    return stdin;
  }

  public InputStream stdout() {
    return stdout;
  }

  public InputStream stderr() {
    return stderr;
  }

  /** Waits for its end, and returns the beginning of its standard error. */
  public String complaint() {
    return stderr.head(Duration.ofSeconds(1));
  }

  /** Returns the beginning of its standard error, as far as it was written until now. */
  public String said() {
    return stderr.head(Duration.ZERO);
  }

  /**
   * Closes its output, kills it and closes its standard error: a reader must not take the end of a
   * killed process's output for the end of its data. The JVM closes standard input when the process
   * has ended: closing it here would wait for a thread that is blocked in it.
   */
  public void destroy() {
    close(stdout);
    ProcessTree.kill(process);
    close(stderr);
  }

  private void close(ReadAhead stream) {
    try {
      stream.close();
    } catch (IOException e) {
      LOG.debug("Could not close a stream of process {}", process.pid(), e);
    }
  }
}
