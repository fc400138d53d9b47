package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * A regular file that was opened without following a link. The caller must close it. Not
 * thread-safe.
 */
public final class ReadableFile implements Closeable {

  private final SeekableByteChannel channel;
  private final PosixFileAttributes attributes;

  ReadableFile(SeekableByteChannel channel, PosixFileAttributes attributes) {
    this.channel = channel;
    this.attributes = attributes;
  }

  /**
   * Returns a channel that reads the file.
   *
   * @return the channel, initially at the first byte
   */
  public SeekableByteChannel channel() {
    return channel;
  }

  /**
   * Returns a stream that reads the file.
   *
   * @return the stream; closing it closes the file
   */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  /**
   * Returns the attributes of the file when it was opened.
   *
   * @return its attributes
   */
  public PosixFileAttributes attributes() {
    return attributes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
