package io.lofn.http;

import java.io.IOException;
import java.time.Duration;

/**
 * Bytes to and from an engine. One thread may read while another writes; {@link #close} always
 * unblocks both.
 */
public interface ByteConnection extends AutoCloseable {

  /** Connects. Must be called once, before any other method except {@link #close}. */
  void connect(Duration atMost) throws IOException;

  /** Reads at least one byte, and returns the number; -1 at the end. */
  int read(byte[] bytes, int offset, int length) throws IOException;

  /** Writes all bytes. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** Signals the end of output to the engine. Reading is still possible. */
  void endOutput() throws IOException;

  /** Unblocks a thread that writes, since the engine no longer reads. Reading is still possible. */
  void abandonOutput();

  @Override
  void close();
}
