package io.lofn.spark;

import io.lofn.api.RunInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The input of a tool whose standard input is empty: files of the exchange. */
final class RunFiles implements RunInput {

  private final Exchange exchange;

  RunFiles(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public Path directory() {
    return exchange.directory();
  }

  @Override
  public Path file(String name) throws IOException {
    return exchange.newFile(name);
  }

  @Override
  public OutputStream stdin() {
    throw new IllegalStateException(
        "A PartitionWriter that writes to stdin() must say so in usesStdin()");
  }
}
