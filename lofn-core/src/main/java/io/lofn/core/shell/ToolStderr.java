package io.lofn.core.shell;

import io.lofn.core.streams.Noise;
import io.lofn.spi.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * The standard error of a command that a shell has started: with what the shell printed before, and
 * without the line that reports that the command could not be executed. For one reader.
 */
final class ToolStderr extends BlockInputStream {

  private static final int CHUNK = 1 << 14;

  private final InputStream stream;
  private final Noise noise;
  private final byte[] failure;
  private final byte[] chunk = new byte[CHUNK];
  private byte[] ready;
  private int at;
  private byte[] held = new byte[0];
  private volatile boolean ended;
  private volatile boolean failed;

  /**
   * @param noise what the shell printed elsewhere
   */
  ToolStderr(InputStream stream, Noise noise, ShellWord word) {
    this.stream = stream;
    this.noise = noise;
    this.failure = word.failed();
    this.ready = noise.drain();
  }

  /** Returns whether the command could be executed; known when the stream has ended. */
  Optional<Boolean> began() {
    return failed ? Optional.of(false) : ended ? Optional.of(true) : Optional.empty();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (at == ready.length) {
      at = 0;
      ready = ended ? noise.drain() : next();
      if (ended && ready.length == 0) {
        return -1;
      }
    }
    int count = Math.min(length, ready.length - at);
    System.arraycopy(ready, at, bytes, offset, count);
    at += count;
    return count;
  }

  private byte[] next() throws IOException {
    int count = stream.read(chunk);
    if (count < 0) {
      ended = true;
      byte[] rest = held;
      held = new byte[0];
      return rest.length > 0 ? rest : noise.drain();
    }
    byte[] text = Arrays.copyOf(held, held.length + count);
    System.arraycopy(chunk, 0, text, held.length, count);
    int end = beginningOfFailure(text);
    if (text.length - end >= failure.length) {
      failed = true;
      held = Arrays.copyOfRange(text, end + failure.length, text.length);
    } else {
      held = Arrays.copyOfRange(text, end, text.length);
    }
    return Arrays.copyOf(text, end);
  }

  /**
   * Returns where the line begins, also if only a part has arrived; the length of the text if it
   * does not.
   */
  private int beginningOfFailure(byte[] text) {
    for (int from = 0; from < text.length; from++) {
      int length = Math.min(failure.length, text.length - from);
      if (text[from] == failure[0]
          && Arrays.equals(text, from, from + length, failure, 0, length)) {
        return from;
      }
    }
    return text.length;
  }
}
