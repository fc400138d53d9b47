package io.lofn.image;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream in a thread of its own, a few blocks ahead, so that one processor uncompresses and
 * hashes while another writes files. Closing it closes the stream and ends the thread.
 */
final class Prefetch extends InputStream {

  private static final int BLOCK = 1 << 17;
  private static final int BLOCKS = 8;

  private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(BLOCKS + 1);
  private final BlockingQueue<Block> empty = new ArrayBlockingQueue<>(BLOCKS + 1);
  private final InputStream in;
  private final long deadline;
  private final Thread thread;
  private @Nullable Block block;
  private int position;

  private static final class Block {
    final byte[] bytes = new byte[BLOCK];

    /** Below 0: the stream has ended, or failed. */
    int length;

    @Nullable Throwable failure;
  }

  /**
   * @param deadline of the whole stream, as {@link System#nanoTime()} counts
   */
  @SuppressWarnings("ThreadStartInConstructor") // All fields are set.
  Prefetch(InputStream in, long deadline) {
    this.in = in;
    this.deadline = deadline;
    for (int i = 0; i < BLOCKS; i++) {
      empty.add(new Block());
    }
    thread = new Thread(this::fill, "lofn-image-layer");
    thread.setDaemon(true);
    thread.start();
  }

  private void fill() {
    Block next;
    try {
      do {
        next = empty.take();
        try {
          next.length = in.readNBytes(next.bytes, 0, BLOCK);
          next.length = next.length == 0 ? -1 : next.length;
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
          next.failure = e;
          next.length = -1;
        }
        full.put(next);
      } while (next.length > 0);
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public int read() throws IOException {
    Block now = current();
    return now.length < 0 ? -1 : now.bytes[position++] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    Block now = current();
    if (now.length < 0) {
      return -1;
    }
    int given = Math.min(length, now.length - position);
    System.arraycopy(now.bytes, position, bytes, offset, given);
    position += given;
    return given;
  }

  private Block current() throws IOException {
    Block now = block;
    if (now != null && (now.length < 0 || position < now.length)) {
      return checked(now);
    }
    if (now != null) {
      empty.add(now);
    }
    try {
      Block next = full.poll(Math.max(0, deadline - System.nanoTime()), NANOSECONDS);
      if (next == null) {
        throw new IOException(TimedStream.TOO_LONG);
      }
      block = next;
      position = 0;
      return checked(next);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static Block checked(Block block) throws IOException {
    if (block.failure instanceof IOException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (block.failure != null) {
      throw new IOException("it could not be read: " + block.failure, block.failure);
    }
    return block;
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    in.close();
  }
}
