package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * {@link Lines} whose records are bytes: neither decoded nor encoded, so nothing is refused, and a
 * record costs one copy. For RDDs that hold bytes anyway, such as those of Hadoop's {@code Text}:
 *
 * <pre>{@code
 * Tool.of(image, Lines.text().bytes().toStdin(), Lines.text().bytes().fromStdout())
 * }</pre>
 *
 * <p>The charset tells which bytes the delimiter is, and no more.
 */
@CheckReturnValue
public final class ByteLines implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final int BUFFER = 1 << 16;

  private final Lines lines;

  ByteLines(Lines lines) {
    this.lines = lines;
  }

  /**
   * Records go to a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the writer
   */
  public PartitionWriter<byte[]> toFile(String name) {
    requireNonNull(name, "name is null");
    return (records, run) -> {
      try (OutputStream file = Files.newOutputStream(run.file(name))) {
        write(records, file);
      }
    };
  }

  /**
   * Records go to the tool's standard input.
   *
   * @return the writer
   */
  public PartitionWriter<byte[]> toStdin() {
    return PartitionWriter.stdin(this::write);
  }

  /**
   * Records come from a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   */
  public OutputReader<byte[]> fromFile(String name) {
    requireNonNull(name, "name is null");
    return run -> read(name, Files.newInputStream(run.file(name)));
  }

  /**
   * Records come from the tool's standard output, while it runs.
   *
   * @return the reader
   */
  public OutputReader<byte[]> fromStdout() {
    return OutputReader.stdout(stdout -> read("standard output", stdout));
  }

  private void write(Iterator<byte[]> records, OutputStream out) throws IOException {
    byte[] delimiter = lines.delimiter().getBytes(lines.charset());
    OutputStream compressed = lines.compressed(out);
    OutputStream buffered = new BufferedOutputStream(compressed, BUFFER);
    while (records.hasNext()) {
      buffered.write(records.next());
      buffered.write(delimiter);
    }
    buffered.flush();
    if (compressed instanceof GZIPOutputStream gzip) {
      gzip.finish();
    }
  }

  Stream<byte[]> read(String source, InputStream in) throws IOException {
    return lines.read(
        source,
        in,
        (buffer, start, length, offset) -> Arrays.copyOfRange(buffer, start, start + length));
  }
}
