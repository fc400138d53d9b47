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
 * The ends of named pipes that lead to the streams of a command. While both ends of each are held
 * here, too, neither side waits for the other to open it, and nobody finds an end of the stream.
 *
 * <p>A pipe is a file that a command may open again, as {@code /dev/stdin}. Who does so after the
 * input has ended would wait for a writer for ever; so from then on the pipe is opened for writing
 * now and then, and closed at once: the one who waits gets it open, and finds the end.
 */
public final class NamedPipes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NamedPipes.class);

  /** Where a container finds the directory of its pipes; it cannot write there. */
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

  /** Makes a directory and its pipes, unless they are there; Java itself cannot. */
  public static void make(Path directory, boolean anyUser) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    Files.createDirectory(directory);
    if (anyUser) { // whatever this process's mask is
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
        throw new IOException("mkfifo makes no named pipes in " + directory);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while named pipes were made in " + directory, e);
    }
  }

  /** Says that the command has its ends: what it closes is closed from now on. */
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

  /** Lets whoever opens the input again find its end, until the run is over. */
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

  /** Opened both ways, a pipe waits for nobody. Not after the run: the pipe may be another's. */
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

  /** Frees threads that are blocked in one of them. Idempotent. */
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

  /** Closes them all, whatever becomes of one. */
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
