package io.lofn.testkit;

import io.lofn.api.FileNames;
import io.lofn.api.RunOutput;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The output of a tool that has succeeded. */
final class LabOutput implements RunOutput {

  private final Path exchange;
  private final InputStream stdout;
  private final InputSnapshot inputs;
  private final boolean hadRecords;
  private final boolean listsFiles;
  private final long maxRecordSize;
  private boolean ended;

  /**
   * @param listsFiles whether the reader has declared that it calls {@link #files}
   */
  LabOutput(
      Path exchange,
      InputStream stdout,
      InputSnapshot inputs,
      boolean hadRecords,
      boolean listsFiles,
      long maxRecordSize) {
    this.exchange = exchange;
    this.stdout = stdout;
    this.inputs = inputs;
    this.hadRecords = hadRecords;
    this.listsFiles = listsFiles;
    this.maxRecordSize = maxRecordSize;
  }

  @Override
  public Path directory() {
    ended = true;
    return exchange;
  }

  @Override
  public Path file(String name) {
    ended = true;
    Path file = FileNames.resolve(exchange, name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw missing("file " + name);
    }
    return file;
  }

  @Override
  public List<String> files(Predicate<String> wanted) throws IOException {
    if (!listsFiles) {
      throw new IllegalStateException(
          "An OutputReader that calls files() must return true from listsFiles()");
    }
    ended = true;
    return inputs.outputs(wanted, Set.of());
  }

  @Override
  public boolean hadRecords() {
    return hadRecords;
  }

  @Override
  public long maxRecordSize() {
    return maxRecordSize;
  }

  @Override
  public ToolFailedException missing(String what) {
    return new ToolFailedException("The tool wrote no " + what, Reason.OUTPUT_MISSING, 0, "");
  }

  @Override
  public InputStream stdout() {
    if (ended) {
      throw new IllegalStateException("stdout() must be called before directory() and file()");
    }
    return stdout;
  }
}
