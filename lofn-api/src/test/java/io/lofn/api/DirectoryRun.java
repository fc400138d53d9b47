package io.lofn.api;

import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A run whose tool has read and written nothing but a directory. */
record DirectoryRun(Path directory, InputSnapshot inputs, boolean hadRecords)
    implements RunInput, RunOutput {

  DirectoryRun(Path directory) {
    this(directory, InputSnapshot.empty(directory), true);
  }

  @Override
  public Path file(String name) {
    Path file = FileNames.resolve(directory, name);
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  @Override
  public List<String> files(Predicate<String> wanted) throws IOException {
    return inputs.outputs(wanted, Set.of());
  }

  @Override
  public ToolFailedException missing(String what) {
    return new ToolFailedException(
        "There is no " + what, ToolFailedException.Reason.OUTPUT_MISSING, 0, "");
  }

  @Override
  public OutputStream stdin() {
    throw new IllegalStateException("files only");
  }

  @Override
  public InputStream stdout() {
    throw new IllegalStateException("files only");
  }
}
