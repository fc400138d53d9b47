package io.lofn.core.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Output of a container that belongs to no stream of its tool, such as what a shell prints before
 * it starts the tool. Thread-safe.
 */
public final class Noise {

  /** Output beyond this is discarded. */
  public static final int CAPACITY = 1 << 16;

  private static final int CHUNK = 1 << 12;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private int room = CAPACITY;

  /** Adds output; returns whether there was room for it. */
  public synchronized boolean add(byte[] bytes, int length) {
    int taken = Math.min(room, length);
    said.write(bytes, 0, taken);
    room -= taken;
    return taken == length;
  }

  /** Returns the output since the last call. */
  public synchronized byte[] drain() {
    byte[] bytes = said.toByteArray();
    said.reset();
    return bytes;
  }

  /** Reads a stream to its end, so that its writer never blocks. */
  public void takeAll(InputStream stream) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
        add(chunk, count);
      }
    } catch (IOException e) {
      // The container is gone, and so is its output.
    }
  }
}
