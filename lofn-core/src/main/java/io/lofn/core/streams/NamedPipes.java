package io.lofn.core.streams;

import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ends of named pipes that lead to the streams of a command. While this side holds both ends of
 * each pipe, neither side waits for the other to open it, and no reader finds an end of the stream.
 *
 * <p>A pipe is a file that a command may open again, as {@code /dev/stdin}. After the input has
 * ended, that would wait for a writer forever. So from then on lofn opens the pipe for writing
 * periodically, and closes it at once: the waiting command gets it open, and finds the end.
 */
public final class NamedPipes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NamedPipes.class);

  /** The path of the directory of pipes in a container, which cannot write there. */
  public static final String CONTROL = "/lofn";

  private static final List<String> NAMES = List.of("in", "out", "err");

  /**
   * How long after its end the input is first opened again; each further pause is twice as long.
   */
  private static final long FIRST_PAUSE_MILLIS = 4;

  private static final long LONGEST_PAUSE_MILLIS = 64;

  private final Path input;
  private final ScheduledExecutorService clock;
  private final List<FileChannel> held = new ArrayList<>();
  private final List<FileChannel> ends = new ArrayList<>();
  private final FileChannel stdin;
  private final FileChannel stdout;
  private final FileChannel stderr;
  private boolean closed;

  /** Opens the pipes of a directory. */
  public NamedPipes(Path directory, ScheduledExecutorService clock) throws IOException {
    this.input = directory.resolve("in");
    this.clock = clock;
    try {
      for (String name : NAMES) {
        held.add(
            FileChannel.open(
                directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
      }
      stdin = end(directory.resolve("in"), StandardOpenOption.WRITE);
      stdout = end(directory.resolve("out"), StandardOpenOption.READ);
      stderr = end(directory.resolve("err"), StandardOpenOption.READ);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private FileChannel end(Path pipe, StandardOpenOption way) throws IOException {
    FileChannel channel = FileChannel.open(pipe, way);
    ends.add(channel);
    return channel;
  }

  /**
   * Makes a directory and its pipes, unless they exist. Runs mkfifo, since Java has no call for it.
   */
  public static void make(Path directory, boolean anyUser) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    Files.createDirectory(directory);
    if (anyUser) { // whatever the umask of this process is
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    List<String> command = new ArrayList<>(List.of("mkfifo", "-m", anyUser ? "666" : "600", "--"));
    NAMES.forEach(name -> command.add(directory.resolve(name).toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("mkfifo cannot make named pipes in " + directory);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while named pipes were made in " + directory, e);
    }
  }

  /**
   * Closes the command's ends on this side, once the command has opened them: what it closes is
   * closed from now on.
   */
  public void release() {
    close(held);
  }

  public OutputStream stdin() {
    return new FilterOutputStream(Channels.newOutputStream(stdin)) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        boolean first = stdin.isOpen();
        out.close();
        if (first) {
          letReopenedEnd(FIRST_PAUSE_MILLIS);
        }
      }
    };
  }

  /** Lets a reader that opens the input again find its end, until the run is over. */
  private synchronized void letReopenedEnd(long pause) {
    if (closed) {
      return;
    }
    try {
      ScheduledFuture<?> unused =
          clock.schedule(
              () -> {
                openForAMoment();
                letReopenedEnd(Math.min(2 * pause, LONGEST_PAUSE_MILLIS));
              },
              pause,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // This executor ends, and its runs with it.
    }
  }

  /**
   * Opens a pipe for reading and writing, which does not block. Not after the run: the pipe may
   * then belong to another run.
   */
  private synchronized void openForAMoment() {
    if (closed) {
      return;
    }
    try {
      FileChannel.open(input, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
    } catch (IOException e) {
      LOG.debug("The input {} cannot be opened again", input, e);
    }
  }

  public InputStream stdout() {
    return Channels.newInputStream(stdout);
  }

  public InputStream stderr() {
    return Channels.newInputStream(stderr);
  }

  /** Closes all pipes, and wakes threads that are blocked in one of them. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    try {
      release();
    } finally {
      close(ends);
    }
  }

  /** Closes all channels, even if closing one fails. */
  public static void close(List<? extends Closeable> channels) {
    UncheckedIOException failure = null;
    for (Closeable each : channels) {
      try {
        each.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = new UncheckedIOException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
