package io.lofn.api;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the lines of the files whose names match a pattern. */
final class ListedLines implements OutputReader<String>, NamedLayout {

  private static final long serialVersionUID = 1L;

  private final OutputFiles files;
  private final Lines lines;

  ListedLines(OutputFiles files, Lines lines) {
    this.files = files;
    this.lines = lines;
  }

  @Override
  public Stream<String> read(RunOutput run) throws IOException {
    return files.read(run, lines);
  }

  @Override
  public boolean listsFiles() {
    return true;
  }

  @Override
  public Map<String, Object> describe() {
    return files.describe(lines);
  }

  @Override
  public RecordType recordType() {
    return RecordType.TEXT;
  }
}
