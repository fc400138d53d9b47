package io.lofn.core.feed;

import io.lofn.api.RunInput;
import io.lofn.core.exchange.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The input of a tool whose standard input is empty: files of the exchange. */
final class RunFiles implements RunInput {

  private final Exchange exchange;
  private final List<Path> files = new ArrayList<>();
  private volatile boolean ended;

  RunFiles(Exchange exchange) {
    this.exchange = exchange;
  }

  /** From now on the tool may be there, and lay links where files would be. */
  void end() {
    ended = true;
  }

  /** Begins to watch whether the files are read. */
  FileReads watch() {
    return FileReads.watch(files);
  }

  @Override
  public Path directory() {
    requireBefore("directory()");
    return exchange.directory();
  }

  @Override
  public Path file(String name) throws IOException {
    requireBefore("file(\"%s\")".formatted(name));
    Path file = exchange.newFile(name);
    if (files.size() <= FileReads.MOST_FILES) {
      files.add(file);
    }
    return file;
  }

  private void requireBefore(String call) {
    if (ended) {
      throw new IllegalStateException(
          "%s was called after stdin(), or after the writer: the tool has started, and could make the writer write elsewhere. A PartitionWriter writes its files before it first calls stdin()."
              .formatted(call));
    }
  }

  @Override
  public OutputStream stdin() {
    throw new IllegalStateException(
        "A PartitionWriter that writes to stdin() must say so in usesStdin()");
  }
}
