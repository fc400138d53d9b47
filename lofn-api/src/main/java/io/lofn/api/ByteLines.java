package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@link Lines} whose records are bytes: neither decoded nor encoded, so that every byte is
 * accepted, and a record costs one copy. A record that contains the delimiter is refused, unless
 * {@link Lines#multiLine()} allows it. For RDDs of bytes, such as those of Hadoop's {@code Text}:
 *
 * <pre>{@code
 * Tool.of(image, Lines.text().bytes().toStdin(), Lines.text().bytes().fromStdout())
 * }</pre>
 *
 * <p>The charset determines the bytes of the delimiter, and their alignment: in UTF-16 it counts at
 * even offsets only, so that a record of an odd length is refused.
 */
@CheckReturnValue
public final class ByteLines implements Serializable {

  private static final long serialVersionUID = 1L;

  private final Lines lines;

  ByteLines(Lines lines) {
    this.lines = lines;
  }

  /**
   * Writes records to a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the writer
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public PartitionWriter<byte[]> toFile(String name) {
    return LineFiles.to(name, format());
  }

  /**
   * Writes records to the tool's standard input.
   *
   * @return the writer
   */
  public PartitionWriter<byte[]> toStdin() {
    return LineFiles.toStdin(format());
  }

  /**
   * Reads records from a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public OutputReader<byte[]> fromFile(String name) {
    return LineFiles.from(name, format());
  }

  /**
   * Reads records from the tool's standard output, while the tool runs.
   *
   * @return the reader
   */
  public OutputReader<byte[]> fromStdout() {
    return LineFiles.fromStdout(format());
  }

  LineFormat<byte[]> format() {
    return new Format(lines);
  }

  private static final class Format implements LineFormat<byte[]> {

    private static final long serialVersionUID = 1L;

    private final Lines lines;

    Format(Lines lines) {
      this.lines = lines;
    }

    @Override
    public void write(InputRecords<byte[]> records, OutputStream out) throws IOException {
      ByteLineWriter writer = new ByteLineWriter(lines, lines.compressed(out));
      while (records.hasNext()) {
        byte[] record = records.next(byte[].class);
        writer.write(record, records.number());
      }
      writer.finish();
    }

    @Override
    public Stream<byte[]> read(String source, InputStream in, RecordLimit limit)
        throws IOException {
      return lines.read(
          source,
          in,
          limit,
          (buffer, start, length, offset) -> Arrays.copyOfRange(buffer, start, start + length));
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> layout = new LinkedHashMap<>();
      layout.put(LayoutKeys.RECORDS, "bytes");
      layout.putAll(lines.describe(true));
      return layout;
    }

    @Override
    public RecordType recordType() {
      return RecordType.BYTES;
    }
  }
}
