package io.lofn.http;

import io.lofn.spi.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * The content of one output stream of a container, without the headers that the engine puts before
 * every piece of it: kind, three zeros, length as four bytes. Pieces of the other output stream are
 * left out: some engines send both, whatever they were asked for.
 *
 * <p>Ends between two pieces only; a stream that breaks off inside one is an error, unless it was
 * closed on purpose.
 */
final class FrameInputStream extends BlockInputStream {

  /** The kinds of pieces. */
  static final int STDOUT = 1;

  static final int STDERR = 2;

  private static final int HEADER_SIZE = 8;
  private static final int ENGINE_ERROR = 3;
  private static final int MESSAGE_LIMIT = 4096;

  private final InputStream frames;
  private final int kind;
  private final BooleanSupplier closed;
  private final byte[] header = new byte[HEADER_SIZE];
  private long remaining;
  private boolean ended;

  /**
   * @param kind the stream whose content this is
   */
  FrameInputStream(InputStream frames, int kind, BooleanSupplier closed) {
    this.frames = frames;
    this.kind = kind;
    this.closed = closed;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    try {
      return readContent(bytes, offset, length);
    } catch (IOException failure) {
      if (closed.getAsBoolean()) {
        ended = true;
        return -1;
      }
      throw failure;
    }
  }

  private int readContent(byte[] bytes, int offset, int length) throws IOException {
    while (remaining == 0 && !ended) {
      ended = !nextFrame();
    }
    if (ended) {
      return -1;
    }
    int count = frames.read(bytes, offset, (int) Math.min(length, remaining));
    if (count < 0) {
      throw new EOFException("The engine broke off, " + remaining + " bytes before a frame's end");
    }
    remaining -= count;
    return count;
  }

  private boolean nextFrame() throws IOException {
    int count = frames.readNBytes(header, 0, HEADER_SIZE);
    if (count == 0) {
      return false;
    }
    if (count < HEADER_SIZE) {
      throw new EOFException("The engine broke off inside a frame's header");
    }
    long size =
        (header[4] & 0xffL) << 24
            | (header[5] & 0xff) << 16
            | (header[6] & 0xff) << 8
            | (header[7] & 0xff);
    switch (header[0]) {
      case STDOUT, STDERR -> {
        if (header[0] == kind) {
          remaining = size;
        } else {
          leaveOut(size);
        }
      }
      case ENGINE_ERROR -> throw new IOException("The engine reports: " + message(size));
      default -> throw new IOException("Not a frame of a container's output: kind " + header[0]);
    }
    return true;
  }

  private void leaveOut(long size) throws IOException {
    try {
      frames.skipNBytes(size);
    } catch (EOFException e) {
      throw new EOFException("The engine broke off inside a frame of the other stream");
    }
  }

  private String message(long size) throws IOException {
    byte[] text = frames.readNBytes((int) Math.min(size, MESSAGE_LIMIT));
    return new String(text, StandardCharsets.UTF_8);
  }
}
