package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.attribute.PosixFileAttributes;

/** A regular file that was opened without following a link. Close it. Not thread-safe. */
public final class ReadableFile implements Closeable {

  private final SeekableByteChannel channel;
  private final PosixFileAttributes attributes;

  ReadableFile(SeekableByteChannel channel, PosixFileAttributes attributes) {
    this.channel = channel;
    this.attributes = attributes;
  }

  /**
   * The file, for reading.
   *
   * @return the channel, at its first byte at the beginning
   */
  public SeekableByteChannel channel() {
    return channel;
  }

  /**
   * The file as a stream.
   *
   * @return the stream; to close it closes the file
   */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  /**
   * What the file was when it was opened.
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
