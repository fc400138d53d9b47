package io.lofn.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads the files in and below a directory that the tool made. */
final class DirectoryReader implements OutputReader<BinaryFile> {

  private static final long serialVersionUID = 1L;

  private final String name;

  DirectoryReader(String name) {
    this.name = name;
  }

  @Override
  public Stream<BinaryFile> read(RunOutput run) throws IOException {
    Path exchange = run.directory();
    Path directory = exchange.resolve(name).normalize();
    if (!directory.startsWith(exchange)) {
      throw new LofnException("The name '%s' leaves the exchange".formatted(name));
    }
    if (!isDirectory(exchange, directory)) {
      throw new LofnException(
          "The tool ended well but left no directory '%s' in the exchange (symbolic links are refused)"
              .formatted(name));
    }
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> files =
          all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
      return files.stream()
          .map(
              path ->
                  BinaryFile.of(
                      directory.relativize(path).toString(), () -> Files.newInputStream(path)));
    }
  }

  /** The tool decides where a link points, so none may lie on the way. */
  private static boolean isDirectory(Path exchange, Path directory) {
    for (Path path = directory; !path.equals(exchange); path = path.getParent()) {
      if (Files.isSymbolicLink(path)) {
        return false;
      }
    }
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
  }
}
