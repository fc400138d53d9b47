package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 * What a process writes, read ahead of its reader into a file of limited size.
 *
 * <p>A command line carries both outputs of a container over one connection: one that is not read
 * would hold back the other at once. With this it does so only when it is {@value #CAPACITY} bytes
 * ahead. Closing frees a reader in any case, also where the process cannot be killed.
 */
final class ReadAhead extends InputStream {

  static final int CAPACITY = 16 << 20;

  private static final int CHUNK = 64 << 10;
  private static final int HEAD = 4 << 10;

  private final Object lock = new Object();
  private final RandomAccessFile ring;
  private final Thread thread;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();

  // All guarded by the lock.
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
   * Begins to read a stream, which it closes.
   *
   * @param source the stream
   * @param file a new file, which does not stay
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
        // The process must not be held back, nor die of a broken pipe, because nobody listens.
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
      throw new InterruptedIOException("Interrupted while a container's output was awaited");
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
        throw new IOException("The container's output is closed");
      }
      if (read == written) {
        if (failure != null) {
          throw new IOException("The container's output cannot be read", failure);
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
   * How it begins, as far as it is known when the stream has ended or that much time has passed.
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
