package io.lofn.image;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An archive of images: the output of {@code docker save} or {@code podman save}, an OCI image as a
 * tar file, each compressed or not, or the directory of an OCI layout. Not thread-safe.
 */
public final class ImageArchive implements Closeable {

  private static final int BUFFER = 1 << 16;

  private final ArchiveFiles files;

  private ImageArchive(ArchiveFiles files) {
    this.files = files;
  }

  /**
   * Opens an archive.
   *
   * @param archive a file or a directory
   * @param work a directory for an archive that is compressed as a whole: it is uncompressed there,
   *     and the caller deletes it
   * @param setting the key that moves this directory to another disk, for messages
   * @param deadline as {@link System#nanoTime()} counts
   * @throws IOException if it cannot be read
   */
  public static ImageArchive open(Path archive, Path work, String setting, long deadline)
      throws IOException {
    if (Files.isDirectory(archive)) {
      return new ImageArchive(new DirectoryFiles(archive.toAbsolutePath().normalize()));
    }
    try (InputStream in =
        new BufferedInputStream(new TimedStream(Files.newInputStream(archive), deadline), BUFFER)) {
      Compression compression = Compression.of(in);
      if (compression == Compression.NONE) {
        return new ImageArchive(TarFiles.index(archive, deadline));
      }
      Path plain = Files.createTempFile(work, "archive-", ".tar");
      ImageRoom room = new ImageRoom(work, setting);
      try (InputStream tar = new Prefetch(compression.plain(in), deadline);
          OutputStream out = Files.newOutputStream(plain)) {
        byte[] block = new byte[BUFFER];
        for (int read = tar.read(block); read >= 0; read = tar.read(block)) {
          room.takeMore("The uncompressed archive", read);
          out.write(block, 0, read);
        }
      }
      return new ImageArchive(TarFiles.index(plain, deadline));
    }
  }

  /**
   * Returns the archive that files are.
   *
   * @param files closed with the archive
   */
  public static ImageArchive of(ArchiveFiles files) {
    return new ImageArchive(files);
  }

  /**
   * Opens the directory of an OCI layout to which files are still added.
   *
   * @param arrivals waits for a file before it is read
   */
  public static ImageArchive arriving(Path layout, Arrivals arrivals) {
    return new ImageArchive(new ArrivingFiles(new DirectoryFiles(layout), arrivals));
  }

  /**
   * Returns its images for this node.
   *
   * @throws IOException if the format of the archive is unknown, one of its files is damaged, or it
   *     has an image for other platforms only
   */
  public List<ArchivedImage> images() throws IOException {
    return new ArchiveIndex(files).images();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
