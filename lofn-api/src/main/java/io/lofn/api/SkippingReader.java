package io.lofn.api;

import java.util.Map;

/** Reads what another reader reads, without the first records. */
final class SkippingReader<O> extends DerivedReader<O, O> implements NamedLayout {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> reader;
  private final long count;

  SkippingReader(OutputReader<O> reader, long count) {
    super(reader, records -> records.skip(count));
    this.reader = reader;
    this.count = count;
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
