package io.lofn.core.streams;

import io.lofn.api.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains one stream of a container, so that the tool never waits for a reader: into the executor's
 * log, line by line, and the last bytes into a tail.
 */
public final class StreamDrainer implements Runnable {

  /** Logs the output of tools; a separate logger, so that it can be switched off. */
  private static final Logger TOOL_LOG = LoggerFactory.getLogger("io.lofn.tool");

  private static final int BUFFER = 1 << 14;

  /** Lines of one stream beyond this are counted, not logged: a log must not fill the disk. */
  private static final int MOST_LINES = 1000;

  private static final int LONGEST_LINE = 4096;

  private final String name;
  private final InputStream stream;
  private final Consumer<Throwable> onFailure;
  private final StreamTail tail = new StreamTail();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long lines;

  public StreamDrainer(String name, InputStream stream) {
    this(
        name,
        stream,
        failure -> TOOL_LOG.warn("{}: the stream is not read any more", name, failure));
  }

  /**
   * @param onFailure called if the drainer stops before the stream has ended, so that the tool may
   *     wait forever
   */
  public StreamDrainer(String name, InputStream stream, Consumer<Throwable> onFailure) {
    this.name = name;
    this.stream = stream;
    this.onFailure = onFailure;
  }

  @Override
  public void run() {
    try {
      empty();
    } catch (Throwable e) {
      onFailure.accept(e);
    } finally {
      ended.countDown();
    }
  }

  private void empty() {
    byte[] buffer = new byte[BUFFER];
    try {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        tail.append(buffer, count);
        log(buffer, count);
      }
    } catch (IOException e) {
      TOOL_LOG.debug("{}: the stream broke off", name, e);
    } finally {
      if (line.size() > 0) {
        logLine();
      }
      if (lines > MOST_LINES) {
        TOOL_LOG.info("{}: {} more lines are not logged", name, lines - MOST_LINES);
      }
    }
  }

  private void log(byte[] bytes, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        append(bytes, from, i);
        logLine();
        from = i + 1;
      }
    }
    append(bytes, from, count);
  }

  /** Appends the part of a line that has room, and will be logged. */
  private void append(byte[] bytes, int from, int to) {
    int room = lines < MOST_LINES ? LONGEST_LINE - line.size() : 0;
    line.write(bytes, from, Math.min(to - from, room));
  }

  /** Decodes a whole line at once: the bytes of one character may come one by one. */
  private void logLine() {
    if (lines++ < MOST_LINES) {
      TOOL_LOG.info("{}: {}", name, Printable.line(line.toString(StandardCharsets.UTF_8)));
    }
    line.reset();
  }

  /** Waits for the end of the stream; returns whether it came in time. */
  public boolean awaitEnd(Duration atMost) {
    try {
      return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public StreamTail tail() {
    return tail;
  }
}
