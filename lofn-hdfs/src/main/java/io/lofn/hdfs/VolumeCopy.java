package io.lofn.hdfs;

import io.lofn.api.FileNames;
import io.lofn.api.Gzip;
import io.lofn.hdfs.VolumeSnapshot.Item;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsAction;

/**
 * Copies one state of a source to a local file or directory; fails if the source changes meanwhile.
 */
final class VolumeCopy implements NodeCache.Maker {

  /** Thrown when the source changed after the copy began. */
  static final class SourceChangedException extends IOException {

    private static final long serialVersionUID = 1L;

    SourceChangedException(IOException cause) {
      super(cause);
    }

    SourceChangedException() {
      super("its files changed during the copy");
    }
  }

  private final FileSystem fileSystem;
  private final VolumeSnapshot snapshot;
  private final boolean unpacked;
  private final BooleanSupplier unwanted;

  VolumeCopy(
      FileSystem fileSystem, VolumeSnapshot snapshot, boolean unpacked, BooleanSupplier unwanted) {
    this.fileSystem = fileSystem;
    this.snapshot = snapshot;
    this.unpacked = unpacked;
    this.unwanted = unwanted;
  }

  /** Returns whether a file is an archive, by its name. */
  static boolean isArchive(FileStatus source) {
    String name = nameOf(source);
    return source.isFile() && (isTar(name) || isGzippedTar(name) || isZip(name));
  }

  private static String nameOf(FileStatus source) {
    return source.getPath().getName().toLowerCase(Locale.ROOT);
  }

  private static boolean isTar(String name) {
    return name.endsWith(".tar");
  }

  private static boolean isGzippedTar(String name) {
    return name.endsWith(".tar.gz") || name.endsWith(".tgz");
  }

  private static boolean isZip(String name) {
    return name.endsWith(".zip");
  }

  @Override
  public void make(Path target, NodeCache.Growth growth) throws IOException {
    CopyWriter writer = new CopyWriter(growth, unwanted);
    try {
      if (unpacked) {
        unpack(target, writer);
      } else {
        for (Item item : snapshot.items()) {
          copy(item, target, writer);
        }
      }
    } catch (IOException e) {
      boolean interrupted = Thread.currentThread().isInterrupted();
      throw !interrupted && hasChanged() ? new SourceChangedException(e) : e;
    }
    if (hasChanged()) {
      throw new SourceChangedException();
    }
  }

  private boolean hasChanged() throws IOException {
    try {
      VolumeSnapshot now = VolumeSnapshot.of(fileSystem, snapshot.source().getPath());
      return !now.stamp().equals(snapshot.stamp());
    } catch (FileNotFoundException deleted) {
      return true;
    }
  }

  private void copy(Item item, Path target, CopyWriter writer) throws IOException {
    Path path = item.isSource() ? target : FileNames.resolve(target, item.name());
    if (!path.normalize().startsWith(target)) {
      throw new IOException("Its file '" + item.name() + "' would leave the directory of the copy");
    }
    if (item.status().isDirectory()) {
      Files.createDirectory(path);
    } else {
      copyFile(item.status(), path, writer);
    }
  }

  private void copyFile(FileStatus source, Path target, CopyWriter writer) throws IOException {
    boolean program = source.getPermission().getUserAction().implies(FsAction.EXECUTE);
    try (InputStream in = fileSystem.open(source.getPath())) {
      long bytes = writer.write(in, target, program);
      if (bytes != source.getLen()) {
        throw new IOException(
            "reading %s returned %d bytes instead of %d"
                .formatted(source.getPath(), bytes, source.getLen()));
      }
    }
  }

  private void unpack(Path target, CopyWriter writer) throws IOException {
    Files.createDirectory(target);
    FileStatus source = snapshot.source();
    ArchiveTree tree = new ArchiveTree(target, writer);
    String name = nameOf(source);
    if (isZip(name)) {
      // The directory of a zip file is at its end.
      Path archive = target.resolveSibling(target.getFileName() + ".zip");
      copyFile(source, archive, writer);
      tree.unpackZip(archive);
      Files.delete(archive);
    } else {
      try (InputStream in = new BufferedInputStream(fileSystem.open(source.getPath()), 1 << 18);
          InputStream tar = isGzippedTar(name) ? Gzip.open(in) : in) {
        tree.unpackTar(tar);
      }
    }
  }
}
