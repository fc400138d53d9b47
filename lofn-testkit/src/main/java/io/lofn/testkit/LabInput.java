package io.lofn.testkit;

import io.lofn.api.FileNames;
import io.lofn.api.LofnException;
import io.lofn.api.RunInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** An exchange, and a standard input whose bytes are kept. */
final class LabInput implements RunInput {

  private final Path directory;
  private final OutputStream kept;
  private final boolean usesStdin;
  private boolean started;

  LabInput(Path directory, OutputStream kept, boolean usesStdin) {
    this.directory = directory;
    this.kept = kept;
    this.usesStdin = usesStdin;
  }

  @Override
  public Path directory() {
    requireBefore("directory()");
    return directory;
  }

  @Override
  public Path file(String name) throws IOException {
    requireBefore("file(\"%s\")".formatted(name));
    Path file = FileNames.resolve(directory, name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new LofnException("The file " + name + " exists already");
    }
    Files.createDirectories(file.getParent());
    return file;
  }

  private void requireBefore(String call) {
    if (started) {
      throw new IllegalStateException(
          "%s was called after stdin(): the tool has started by then, and could redirect the path; call it before stdin()"
              .formatted(call));
    }
  }

  @Override
  public OutputStream stdin() {
    if (!usesStdin) {
      throw new IllegalStateException(
          "A PartitionWriter that writes to stdin() must return true from usesStdin()");
    }
    started = true;
    return kept;
  }
}
