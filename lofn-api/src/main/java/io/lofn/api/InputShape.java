package io.lofn.api;

import java.util.LinkedHashMap;
import java.util.Map;

/** The forms of a layout of input. */
final class InputShape implements SpecShape<PartitionWriter<?>> {

  private final Map<String, SpecObject> kinds = new LinkedHashMap<>();

  InputShape() {
    String file = "The file to write, relative to the exchange; standard input if left out.";
    kinds.put(
        Layouts.LINES,
        Layouts.ofLines(
            Layouts.records(Layouts.LINES).optional(LayoutKeys.FILE, SpecShapes.TEXT, file),
            false));
    kinds.put(
        Layouts.BYTES,
        Layouts.ofLines(
            Layouts.records(Layouts.BYTES).optional(LayoutKeys.FILE, SpecShapes.TEXT, file), true));
    kinds.put(
        LayoutKeys.FILES,
        Layouts.records(LayoutKeys.FILES)
            .optional(
                LayoutKeys.PREFIX,
                SpecShapes.TEXT,
                "What the names of the files begin with; \"input_\" if left out.")
            .optional(
                LayoutKeys.SUFFIX,
                SpecShapes.TEXT,
                "What the names of the files end with; \".bin\" if left out."));
  }

  @Override
  public PartitionWriter<?> read(Object value, SpecPath at) {
    if (Layouts.STDIN.equals(value)) {
      return Lines.text().toStdin();
    }
    if (!(value instanceof Map)) {
      throw Layouts.otherForm(value, at, Layouts.STDIN, "a map");
    }
    Map<String, Object> given = SpecShapes.names(value, at);
    Map<String, Object> settings = Layouts.chosen(kinds, given, at).read(given, at);
    return Layouts.made(at, () -> writer(settings));
  }

  private static PartitionWriter<?> writer(Map<String, Object> settings) {
    Object records = settings.getOrDefault(LayoutKeys.RECORDS, Layouts.LINES);
    Object file = settings.get(LayoutKeys.FILE);
    if (records.equals(LayoutKeys.FILES)) {
      return BinaryFile.toNumberedFiles(
          (String) settings.getOrDefault(LayoutKeys.PREFIX, BinaryLayouts.PREFIX),
          (String) settings.getOrDefault(LayoutKeys.SUFFIX, BinaryLayouts.SUFFIX));
    }
    Lines lines = Layouts.lines(settings);
    if (records.equals(Layouts.BYTES)) {
      return file == null ? lines.bytes().toStdin() : lines.bytes().toFile((String) file);
    }
    return file == null ? lines.toStdin() : lines.toFile((String) file);
  }

  @Override
  public Map<String, Object> schema() {
    return Layouts.anyOf(
        Map.of("const", Layouts.STDIN),
        kinds.get(Layouts.LINES).schema(),
        Layouts.withRecords(kinds.get(Layouts.BYTES).schema()),
        Layouts.withRecords(kinds.get(LayoutKeys.FILES).schema()));
  }
}
