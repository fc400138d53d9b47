package io.lofn.api;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/** Reads what another reader reads, without the first records. */
final class SkippingReader<O> implements OutputReader<O>, NamedLayout {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> reader;
  private final long count;

  SkippingReader(OutputReader<O> reader, long count) {
    this.reader = reader;
    this.count = count;
  }

  @Override
  public Stream<O> read(RunOutput run) throws IOException {
    return reader.read(run).skip(count);
  }

  @Override
  public boolean usesStdout() {
    return reader.usesStdout();
  }

  @Override
  public boolean listsFiles() {
    return reader.listsFiles();
  }

  @Override
  public Map<String, Object> describe() {
    Map<String, Object> layout = Layouts.described(reader);
    if (count > 0) {
      long before = (Long) layout.getOrDefault(LayoutKeys.SKIP, 0L);
      layout.put(
          LayoutKeys.SKIP, before > Long.MAX_VALUE - count ? Long.MAX_VALUE : before + count);
    }
    return layout;
  }

  @Override
  public RecordType recordType() {
    return Layouts.recordType(reader);
  }
}
