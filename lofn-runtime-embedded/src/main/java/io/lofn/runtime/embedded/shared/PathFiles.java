package io.lofn.runtime.embedded.shared;

import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a path that is mounted on all nodes. Locations are absolute paths. */
final class PathFiles implements OutputStore {

  private static final Logger LOG = LoggerFactory.getLogger(PathFiles.class);

  @Override
  public String locate(String path) {
    return Path.of(path).normalize().toString();
  }

  @Override
  public boolean exists(String location) {
    return Files.exists(Path.of(location));
  }

  @Override
  public OutputStream create(String location) throws IOException {
    Path file = Path.of(location);
    makeParent(file);
    return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static void makeParent(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
  }

  @Override
  public InputStream open(String location) throws IOException {
    return Files.newInputStream(Path.of(location));
  }

  @Override
  public List<StoredPath> list(String location) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of(location))) {
      return entries
          .map(each -> new StoredPath(each.getFileName().toString(), Files.isDirectory(each), 0))
          .sorted(Comparator.comparing(StoredPath::name))
          .toList();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    }
  }

  /** A link, unlike a rename, replaces no file. */
  @Override
  public void rename(String from, String to) throws IOException {
    Path source = Path.of(from);
    Path target = Path.of(to);
    makeParent(target);
    try {
      Files.createLink(target, source);
      Files.delete(source);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException noLinks) {
      LOG.debug("{} has no hard links; its files are renamed", target, noLinks);
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(to);
      }
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void delete(String location) throws IOException {
    FileTree.delete(Path.of(location), Writers.GONE);
  }
}
