package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.stream.Stream;

/** Records of text as {@link Lines}. */
final class TextLines implements LineFormat<String> {

  private static final long serialVersionUID = 1L;

  private final Lines lines;

  TextLines(Lines lines) {
    this.lines = lines;
  }

  @Override
  public void write(InputRecords<String> records, OutputStream out) throws IOException {
    LineWriter writer = lines.writer(out);
    while (records.hasNext()) {
      writer.write(records.next(String.class));
    }
    writer.finish();
  }

  @Override
  public Stream<String> read(String source, InputStream in, RecordLimit limit) throws IOException {
    return lines.read(source, in, limit);
  }

  @Override
  public Map<String, Object> describe() {
    return lines.describe(false);
  }

  @Override
  public RecordType recordType() {
    return RecordType.TEXT;
  }
}
