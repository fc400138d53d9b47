package io.lofn.core.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What a container has said that belongs to no stream of its tool, such as what a shell prints
 * before it starts the tool. Thread-safe.
 */
public final class Noise {

  /** What comes beyond that is thrown away. */
  public static final int CAPACITY = 1 << 16;

  private static final int CHUNK = 1 << 12;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private int room = CAPACITY;

  /** Whether there was room for it. */
  public synchronized boolean add(byte[] bytes, int length) {
    int taken = Math.min(room, length);
    said.write(bytes, 0, taken);
    room -= taken;
    return taken == length;
  }

  /** What has come since it was last asked for. */
  public synchronized byte[] drain() {
    byte[] bytes = said.toByteArray();
    said.reset();
    return bytes;
  }

  /** Takes all that comes, so that nobody waits for a reader. */
  public void takeAll(InputStream stream) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
        add(chunk, count);
      }
    } catch (IOException e) {
      // The container is gone, and so is whatever it had to say.
    }
  }
}
