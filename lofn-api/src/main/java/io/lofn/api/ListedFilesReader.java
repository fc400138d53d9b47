package io.lofn.api;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/** Reads the files of a tool whose names match a pattern. */
final class ListedFilesReader<O> implements OutputReader<O> {

  private static final long serialVersionUID = 1L;

  private final OutputFiles files;
  private final Content<O> content;

  /** Makes records from the files, lazily. */
  @FunctionalInterface
  interface Content<O> extends Serializable {
    Stream<O> read(RunOutput run, List<String> names) throws IOException;
  }

  ListedFilesReader(OutputFiles files, Content<O> content) {
    this.files = files;
    this.content = content;
  }

  @Override
  public Stream<O> read(RunOutput run) throws IOException {
    return content.read(run, files.names(run));
  }

  @Override
  public boolean listsFiles() {
    return true;
  }
}
