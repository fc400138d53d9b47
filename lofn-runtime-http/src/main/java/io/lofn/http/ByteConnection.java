package io.lofn.http;

import java.io.IOException;
import java.time.Duration;

/**
 * Bytes to and from an engine. One thread may read while another writes; {@link #close} frees both,
 * whatever the engine does.
 */
public interface ByteConnection extends AutoCloseable {

  /** Connects. Called once, before anything else but {@link #close}. */
  void connect(Duration atMost) throws IOException;

  /** Reads at least one byte; -1 at the end. */
  int read(byte[] bytes, int offset, int length) throws IOException;

  /** Writes all of it. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** Tells the other side that no more bytes will be written. Reading goes on. */
  void endOutput() throws IOException;

  /** Frees a thread that writes: nobody reads any more. Reading goes on. */
  void abandonOutput();

  @Override
  void close();
}
