package io.lofn.hdfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.BooleanSupplier;

/** Writes the files of one copy, each to the disk: a copy that counts survives a crash. */
final class CopyWriter {

  private static final int BUFFER = 1 << 18;

  private final NodeCache.Growth growth;
  private final BooleanSupplier unwanted;
  private final byte[] buffer = new byte[BUFFER];
  private long written;

  /**
   * @param unwanted whether nobody waits for the copy any more
   */
  CopyWriter(NodeCache.Growth growth, BooleanSupplier unwanted) {
    this.growth = growth;
    this.unwanted = unwanted;
  }

  /** Writes a new file, and tells its length. */
  long write(InputStream in, Path file, boolean program) throws IOException {
    long before = written;
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (unwanted.getAsBoolean()) {
          throw new IOException("lofn was closed meanwhile");
        }
        written += read;
        growth.upTo(written);
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
