package org.example.guide;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.lofn.spi.OutputStore;
import io.lofn.spi.OutputStoreProvider;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Binary outputs in directories that all nodes mount at one place. */
public final class ShareStoreProvider implements OutputStoreProvider {

  /** Creates the provider; does no work. */
  public ShareStoreProvider() {}

  @Override
  public OutputStore create(Map<String, String> hadoop) {
    return new ShareStore();
  }

  private static final class ShareStore implements OutputStore {

    private static final String SCHEME = "file:";

    @Override
    public String locate(String path) {
      return SCHEME + Path.of(System.getProperty("user.home")).resolve(local(path));
    }

    private static Path local(String location) {
      return Path.of(location.startsWith(SCHEME) ? location.substring(5) : location);
    }

    @Override
    public boolean exists(String location) {
      return Files.exists(local(location));
    }

    @Override
    public OutputStream create(String location) throws IOException {
      Path file = local(location);
      Files.createDirectories(file.getParent());
      return Files.newOutputStream(file, CREATE_NEW, WRITE);
    }

    @Override
    public InputStream open(String location) throws IOException {
      return Files.newInputStream(local(location));
    }

    @Override
    public List<StoredPath> list(String location) throws IOException {
      if (!exists(location)) {
        return List.of();
      }
      List<StoredPath> found = new ArrayList<>();
      try (Stream<Path> children = Files.list(local(location))) {
        for (Path child : children.sorted().toList()) {
          boolean isDirectory = Files.isDirectory(child);
          found.add(
              new StoredPath(
                  child.getFileName().toString(),
                  isDirectory,
                  isDirectory ? 0 : Files.size(child)));
        }
      }
      return found;
    }

    @Override
    public void rename(String from, String to) throws IOException {
      if (exists(to)) {
        throw new FileAlreadyExistsException(to);
      }
      Files.createDirectories(local(to).getParent());
      Files.move(local(from), local(to));
    }

    @Override
    public void delete(String location) throws IOException {
      if (exists(location)) {
        try (Stream<Path> tree = Files.walk(local(location))) {
          for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }
}
