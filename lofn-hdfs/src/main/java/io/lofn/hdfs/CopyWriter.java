package io.lofn.hdfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.BooleanSupplier;

/**
 * Writes the files of one copy, and syncs each to disk, so that a complete copy survives a crash.
 */
final class CopyWriter {

  private static final int BUFFER = 1 << 18;

  /** An upper estimate of the disk space of an entry without content. */
  private static final int ENTRY = 512;

  private final NodeCache.Growth growth;
  private final BooleanSupplier unwanted;
  private final byte[] buffer = new byte[BUFFER];
  private long written;
  private long entries;

  /**
   * @param unwanted returns whether the copy is no longer needed
   */
  CopyWriter(NodeCache.Growth growth, BooleanSupplier unwanted) {
    this.growth = growth;
    this.unwanted = unwanted;
  }

  /** Counts a file, directory or link of an archive: names need disk space, too. */
  void entry() throws IOException {
    requireNotCancelled();
    entries++;
    growth.upTo(taken());
  }

  private long taken() {
    return written + entries * ENTRY;
  }

  private void requireNotCancelled() throws IOException {
    if (unwanted.getAsBoolean()) {
      throw new IOException("lofn is shutting down");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ClosedByInterruptException();
    }
  }

  /** Writes a new file, and returns its length. */
  long write(InputStream in, Path file, boolean program) throws IOException {
    long before = written;
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        requireNotCancelled();
        written += read;
        growth.upTo(taken());
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
      out.force(true);
    }
    if (program) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return written - before;
  }
}
