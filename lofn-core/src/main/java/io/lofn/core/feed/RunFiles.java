package io.lofn.core.feed;

import io.lofn.api.LofnException;
import io.lofn.api.RunInput;
import io.lofn.core.exchange.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The input of a tool whose standard input is empty: files of the exchange. */
final class RunFiles implements RunInput {

  private final Exchange exchange;
  private final List<Path> files = new ArrayList<>();
  private final String title;
  private volatile boolean ended;

  /**
   * @param title what is run, for people
   */
  RunFiles(Exchange exchange, String title) {
    this.exchange = exchange;
    this.title = title;
  }

  /** Refuses further files: the tool may run now, and could place links at their paths. */
  void end() {
    ended = true;
  }

  /** Begins to watch whether the files are read. */
  FileReads watch() {
    return FileReads.watch(
        files.stream()
            .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            .toList());
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
    if (files.size() <= FileReads.MOST_FILES + 1) { // one more may be a directory
      files.add(file);
    }
    return file;
  }

  @Override
  public LofnException badRecord(long number, String problem) {
    return new LofnException(
        "%s: record %d (from 0) of the partition %s".formatted(title, number, problem));
  }

  private void requireBefore(String call) {
    if (ended) {
      throw new IllegalStateException(
          "%s was called after stdin(), or after the writer returned: the tool has started, and could redirect the file to another path. A PartitionWriter writes its files before it first calls stdin()."
              .formatted(call));
    }
  }

  @Override
  public OutputStream stdin() {
    throw new IllegalStateException(
        "A PartitionWriter that writes to stdin() must return true from usesStdin()");
  }
}
