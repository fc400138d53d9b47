package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.http.Uninterruptibly;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the output of a process ahead of its reader, into a file of limited size.
 *
 * <p>A command line carries both outputs of a container over one connection: an output that is not
 * read would block the other at once. With this class it does so only after {@value #CAPACITY}
 * unread bytes. Closing always releases a blocked reader, also where the process cannot be killed.
 */
final class ReadAhead extends InputStream {

  static final int CAPACITY = 16 << 20;

  private static final int CHUNK = 64 << 10;
  private static final int HEAD = 4 << 10;

  private final Object lock = new Object();
  private final RandomAccessFile ring;
  private final Thread thread;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();

  // All fields below are guarded by the lock.
  private long written;
  private long read;
  private boolean ended;
  private boolean closed;
  private @Nullable IOException failure;

  private ReadAhead(RandomAccessFile ring, InputStream source, String name) {
    this.ring = ring;
    thread = new Thread(() -> pump(source), "lofn-cli-" + name);
    thread.setDaemon(true);
  }

  /**
   * Starts to read a stream, and closes it at its end.
   *
   * @param source the stream
   * @param file a new file, which is deleted
   * @param name the stream's name
   */
  static ReadAhead of(InputStream source, Path file, String name) throws IOException {
    RandomAccessFile ring = new RandomAccessFile(file.toFile(), "rw");
    boolean begun = false;
    try {
      Files.delete(file);
      ReadAhead readAhead = new ReadAhead(ring, source, name);
      readAhead.thread.start();
      begun = true;
      return readAhead;
    } finally {
      if (!begun) {
        ring.close();
      }
    }
  }

  private void pump(InputStream source) {
    byte[] chunk = new byte[CHUNK];
    try (source) {
      for (int n = source.read(chunk); n >= 0; n = source.read(chunk)) {
        put(chunk, n);
      }
      end(null);
    } catch (IOException e) {
      end(e);
    } catch (RuntimeException | Error e) {
      end(new IOException(e));
    }
  }

  private void put(byte[] chunk, int length) throws IOException {
    synchronized (lock) {
      awaitUntil(() -> closed || written - read + length <= CAPACITY);
      if (closed) {
        // Without a reader the process must neither block nor end by a broken pipe.
        return;
      }
      if (head.size() < HEAD) {
        head.write(chunk, 0, Math.min(length, HEAD - head.size()));
      }
      int position = (int) (written % CAPACITY);
      int first = Math.min(length, CAPACITY - position);
      ring.seek(position);
      ring.write(chunk, 0, first);
      if (first < length) {
        ring.seek(0);
        ring.write(chunk, first, length - first);
      }
      written += length;
      lock.notifyAll();
    }
  }

  private void end(@Nullable IOException e) {
    synchronized (lock) {
      ended = true;
      failure = e;
      lock.notifyAll();
    }
  }

  private void awaitUntil(BooleanSupplier condition) throws InterruptedIOException {
    try {
      while (!condition.getAsBoolean()) {
        lock.wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while waiting for the output of a container");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    synchronized (lock) {
      awaitUntil(() -> closed || ended || read < written);
      if (closed) {
        throw new IOException("The output of the container is closed");
      }
      if (read == written) {
        if (failure != null) {
          throw new IOException("Could not read the output of the container", failure);
        }
        return -1;
      }
      int position = (int) (read % CAPACITY);
      long most = Math.min(written - read, CAPACITY - position);
      ring.seek(position);
      int n = ring.read(buffer, offset, (int) Math.min(length, most));
      read += n;
      lock.notifyAll();
      return n;
    }
  }

  @Override
  public int available() {
    synchronized (lock) {
      return closed ? 0 : (int) (written - read);
    }
  }

  /**
   * Waits at most that long for the end of the stream, and returns the beginning of what was read.
   */
  String head(Duration atMost) {
    Uninterruptibly.join(thread, atMost);
    synchronized (lock) {
      return head.toString(UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
      ring.close();
    }
  }
}
