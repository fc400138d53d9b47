package io.lofn.runtime.embedded.registry;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.lofn.image.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Set;

/**
 * A file that is written from its start, and hashed meanwhile. Its failures are unchecked, so that
 * none is taken for one of the network.
 */
final class PartialFile implements AutoCloseable {

  private static final int BUFFER = 1 << 17;

  private final FileChannel channel;
  private final MessageDigest digest = Sha256.start();
  private long length;

  private PartialFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens a file behind its last byte. */
  static PartialFile open(Path path) throws IOException {
    PartialFile file =
        new PartialFile(
            FileChannel.open(path, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS)));
    try {
      ByteBuffer block = ByteBuffer.allocate(BUFFER);
      for (int read = file.channel.read(block); read >= 0; read = file.channel.read(block)) {
        file.digest.update(block.array(), 0, read);
        file.length += read;
        block.clear();
      }
      return file;
    } catch (IOException | RuntimeException e) {
      file.channel.close();
      throw e;
    }
  }

  long length() {
    return length;
  }

  void write(byte[] bytes, int count) {
    try {
      ByteBuffer block = ByteBuffer.wrap(bytes, 0, count);
      while (block.hasRemaining()) {
        channel.write(block);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    digest.update(bytes, 0, count);
    length += count;
  }

  /** Forgets all that was written. */
  void restart() {
    try {
      channel.truncate(0);
      channel.position(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    digest.reset();
    length = 0;
  }

  /** Returns the digest of all that was written; nothing may be written after it. */
  String digest() {
    return Sha256.end(digest);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
