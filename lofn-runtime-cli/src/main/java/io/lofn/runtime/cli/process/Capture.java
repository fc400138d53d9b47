package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads a stream to its end in a thread of its own, and keeps the beginning of it. */
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
      // The process was killed; what it said before is kept.
    }
  }

  private synchronized void keep(byte[] buffer, int length) {
    kept.write(buffer, 0, Math.min(length, LIMIT - kept.size()));
  }

  /** What came until the stream ended, or until now if it takes longer than that to end. */
  String text(Duration atMost) {
    Uninterruptibly.join(thread, atMost);
    synchronized (this) {
      return kept.toString(UTF_8);
    }
  }
}
