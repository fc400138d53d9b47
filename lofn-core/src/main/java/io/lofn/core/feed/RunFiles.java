package io.lofn.core.feed;

import io.lofn.api.RunInput;
import io.lofn.core.exchange.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The input of a tool whose standard input is empty: files of the exchange. */
final class RunFiles implements RunInput {

  private final Exchange exchange;
  private volatile boolean ended;

  RunFiles(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Refuses further files: the tool may run now, and could place links at their paths. */
  void end() {
    ended = true;
  }

  @Override
  public Path directory() {
    requireBefore("directory()");
    return exchange.directory();
  }

  @Override
  public Path file(String name) throws IOException {
    requireBefore("file(\"%s\")".formatted(name));
    return exchange.newFile(name);
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
