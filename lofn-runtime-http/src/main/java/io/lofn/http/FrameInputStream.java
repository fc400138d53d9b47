package io.lofn.http;

import io.lofn.spi.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * The content of one output stream of a container, without the headers that the engine writes
 * before every frame: kind, three zeros, length as four bytes. Frames of the other output stream
 * are skipped: some engines send both, also if only one was requested.
 *
 * <p>The stream may end only between two frames; an end inside a frame is an error, unless the
 * stream was closed on purpose.
 */
final class FrameInputStream extends BlockInputStream {

  /** The kinds of frames. */
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
   * @param kind the stream that this reads
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
      throw new EOFException(
          "The engine ended the stream " + remaining + " bytes before the end of a frame");
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
      throw new EOFException("The engine ended the stream inside the header of a frame");
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
      case ENGINE_ERROR -> throw new IOException("The engine reports an error: " + message(size));
      default -> throw new IOException("Not a frame of a container's output: kind " + header[0]);
    }
    return true;
  }

  private void leaveOut(long size) throws IOException {
    try {
      frames.skipNBytes(size);
    } catch (EOFException e) {
      throw new EOFException("The engine ended the stream inside a frame of the other output");
    }
  }

  private String message(long size) throws IOException {
    byte[] text = frames.readNBytes((int) Math.min(size, MESSAGE_LIMIT));
    return new String(text, StandardCharsets.UTF_8);
  }
}
