package io.lofn.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the files in and below a directory that the tool made. */
final class DirectoryReader implements OutputReader<BinaryFile>, NamedLayout {

  private static final long serialVersionUID = 1L;

  private final String name;

  DirectoryReader(String name) {
    this.name = FileNames.directory(name);
  }

  @Override
  public Stream<BinaryFile> read(RunOutput run) throws IOException {
    Path exchange = run.directory();
    if (!isDirectory(exchange, FileNames.path(exchange, name).normalize())) {
      throw run.missing("directory '%s' (symbolic links are refused)".formatted(name));
    }
    String prefix = name.equals(".") ? "" : name + "/";
    return run.files(new Below(prefix)).stream()
        .map(
            file ->
                BinaryFile.of(
                    file.substring(prefix.length()),
                    () -> Files.newInputStream(FileNames.path(exchange, file))));
  }

  @Override
  public boolean listsFiles() {
    return true;
  }

  @Override
  public Map<String, Object> describe() {
    Map<String, Object> layout = BinaryLayouts.described();
    layout.put(LayoutKeys.DIRECTORY, name);
    return layout;
  }

  @Override
  public RecordType recordType() {
    return RecordType.FILE;
  }

  private record Below(String prefix) implements NamePattern {

    @Override
    public boolean test(String name) {
      return name.startsWith(prefix);
    }

    @Override
    public boolean mayMatchBelow(String directory) {
      return prefix.startsWith(directory + "/") || (directory + "/").startsWith(prefix);
    }
  }

  /** Refuses symbolic links on the way, since the tool decides where they point. */
  private static boolean isDirectory(Path exchange, Path directory) {
    for (Path path = directory; !path.equals(exchange); path = path.getParent()) {
      if (Files.isSymbolicLink(path)) {
        return false;
      }
    }
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
  }
}
