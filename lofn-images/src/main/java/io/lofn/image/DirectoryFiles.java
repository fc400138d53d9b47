package io.lofn.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The files of a directory; none is read through a link that leads out of it. */
final class DirectoryFiles implements ArchiveFiles {

  private final Path directory;

  DirectoryFiles(Path directory) {
    this.directory = directory;
  }

  @Override
  public boolean has(String name) {
    try {
      return Files.isRegularFile(inside(name));
    } catch (IOException notThere) {
      return false;
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(inside(name));
  }

  private Path inside(String name) throws IOException {
    try {
      Path path = directory.resolve(name).normalize();
      if (path.startsWith(directory)
          && Files.isRegularFile(path)
          && path.toRealPath().startsWith(directory.toRealPath())) {
        return path;
      }
    } catch (InvalidPathException notThere) {
      throw ArchiveFiles.missing(name);
    }
    throw ArchiveFiles.missing(name);
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
