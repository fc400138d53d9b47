package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.http.Uninterruptibly;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads a stream to its end in a separate thread, and keeps the beginning. */
final class Capture {

  private static final int LIMIT = 32 << 20;

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final Thread thread;

  private Capture(InputStream stream) {
    thread = new Thread(() -> drain(stream), "lofn-cli-capture");
    thread.setDaemon(true);
  }

  static Capture of(InputStream stream) {
    Capture capture = new Capture(stream);
    capture.thread.start();
    return capture;
  }

  private void drain(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        keep(buffer, n);
      }
    } catch (IOException e) {
      // The process was killed; its output until then is kept.
    }
  }

  private synchronized void keep(byte[] buffer, int length) {
    kept.write(buffer, 0, Math.min(length, LIMIT - kept.size()));
  }

  /** Waits at most that long for the end of the stream, and returns what was read. */
  String text(Duration atMost) {
    Uninterruptibly.join(thread, atMost);
    synchronized (this) {
      return kept.toString(UTF_8);
    }
  }
}
