package io.lofn.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads one output of a run and then another, each opened when it is needed. */
final class ConcatenatedReader<O> implements OutputReader<O>, NamedLayout {

  private static final long serialVersionUID = 1L;

  private final OutputReader<O> first;
  private final OutputReader<O> second;

  ConcatenatedReader(OutputReader<O> first, OutputReader<O> second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public Stream<O> read(RunOutput run) {
    return Concatenation.of(List.of(() -> first.read(run), () -> second.read(run)));
  }

  @Override
  public Map<String, Object> describe() {
    List<Object> outputs = new ArrayList<>();
    for (OutputReader<O> each : List.of(first, second)) {
      Map<String, Object> layout = Layouts.described(each);
      if (layout.keySet().equals(Set.of(LayoutKeys.OUTPUTS))) {
        outputs.addAll((List<?>) layout.get(LayoutKeys.OUTPUTS));
      } else {
        outputs.add(layout.isEmpty() ? Layouts.STDOUT : layout);
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(LayoutKeys.OUTPUTS, outputs);
    return all;
  }

  @Override
  public RecordType recordType() {
    return Layouts.recordType(first);
  }

  @Override
  public boolean usesStdout() {
    return first.usesStdout() || second.usesStdout();
  }

  @Override
  public boolean listsFiles() {
    return first.listsFiles() || second.listsFiles();
  }
}
