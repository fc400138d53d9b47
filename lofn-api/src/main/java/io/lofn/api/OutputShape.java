package io.lofn.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The forms of a layout of output: one, or several whose records follow each other. */
final class OutputShape implements SpecShape<OutputReader<?>> {

  private final Map<String, SpecObject> kinds = new LinkedHashMap<>();
  private final SpecObject several =
      new SpecObject()
          .required(LayoutKeys.OUTPUTS, new Items(), "The layouts whose records follow each other.")
          .optional(LayoutKeys.SKIP, skip(), SKIPPED);

  private static final String SKIPPED =
      "How many records are left out at the beginning of the output of a run.";

  OutputShape() {
    String file = "The file to read, relative to the exchange; standard output if left out.";
    kinds.put(
        Layouts.LINES,
        Layouts.ofLines(
                Layouts.records(Layouts.LINES)
                    .optional(LayoutKeys.FILE, SpecShapes.TEXT, file)
                    .optional(
                        LayoutKeys.FILES,
                        SpecShapes.TEXT,
                        "In place of file, a glob of the names of files to read: * stays within a"
                            + " directory, ** does not.")
                    .optional(
                        LayoutKeys.OR_NONE,
                        SpecShapes.FLAG,
                        "With files: whether there may be none."),
                false)
            .optional(LayoutKeys.SKIP, skip(), SKIPPED));
    kinds.put(
        Layouts.BYTES,
        Layouts.ofLines(
                Layouts.records(Layouts.BYTES).optional(LayoutKeys.FILE, SpecShapes.TEXT, file),
                true)
            .optional(LayoutKeys.SKIP, skip(), SKIPPED));
    kinds.put(
        LayoutKeys.FILES,
        Layouts.records(LayoutKeys.FILES)
            .optional(LayoutKeys.FILE, SpecShapes.TEXT, file)
            .optional(
                LayoutKeys.DIRECTORY,
                SpecShapes.TEXT,
                "In place of file, a directory, relative to the exchange, whose files are read.")
            .optional(LayoutKeys.SKIP, skip(), SKIPPED));
  }

  private static SpecShape<Long> skip() {
    return SpecShapes.integer(0, Long.MAX_VALUE);
  }

  @Override
  public OutputReader<?> read(Object value, SpecPath at) {
    if (value instanceof List) {
      return several(value, at);
    }
    if (Layouts.STDOUT.equals(value)) {
      return Lines.text().fromStdout();
    }
    if (!(value instanceof Map)) {
      throw Layouts.otherForm(value, at, Layouts.STDOUT, "a map or a list of maps");
    }
    Map<String, Object> given = SpecShapes.names(value, at);
    if (given.containsKey(LayoutKeys.OUTPUTS)) {
      Map<String, Object> settings = several.read(given, at);
      return skipping((OutputReader<?>) settings.get(LayoutKeys.OUTPUTS), settings);
    }
    Map<String, Object> settings = Layouts.chosen(kinds, given, at).read(given, at);
    check(settings, at);
    return Layouts.made(at, () -> skipping(reader(settings), settings));
  }

  private OutputReader<?> several(Object value, SpecPath at) {
    List<OutputReader<?>> readers = SpecShapes.list(this).read(value, at);
    OutputReader<?> first = readers.get(0);
    for (int i = 1; i < readers.size(); i++) {
      OutputReader<?> next = readers.get(i);
      if (Layouts.recordType(first) != Layouts.recordType(next)) {
        throw new ToolSpecException(at.item(i), "has records of another type than those before it");
      }
      if (next.usesStdout()) {
        throw new ToolSpecException(
            at.item(i),
            first.usesStdout()
                ? "reads standard output, which can be read once; leave one of the two out"
                : "reads standard output, which must be read before any file; put it first");
      }
    }
    return joined(readers);
  }

  /** By halves, for a chain of many readers is too deep to be sent or read. */
  private static OutputReader<?> joined(List<OutputReader<?>> readers) {
    int size = readers.size();
    return size == 1
        ? readers.get(0)
        : joined(joined(readers.subList(0, size / 2)), joined(readers.subList(size / 2, size)));
  }

  @SuppressWarnings("unchecked") // they have one type of records
  private static OutputReader<?> joined(OutputReader<?> first, OutputReader<?> next) {
    return ((OutputReader<Object>) first).and((OutputReader<Object>) next);
  }

  private static OutputReader<?> skipping(OutputReader<?> reader, Map<String, Object> settings) {
    return settings.get(LayoutKeys.SKIP) instanceof Long count && count > 0
        ? reader.skip(count)
        : reader;
  }

  private static void check(Map<String, Object> settings, SpecPath at) {
    String[] other = {LayoutKeys.FILES, LayoutKeys.DIRECTORY};
    for (String key : other) {
      if (settings.containsKey(key) && settings.containsKey(LayoutKeys.FILE)) {
        throw new ToolSpecException(at, "has file and %s; leave one of them out".formatted(key));
      }
    }
    if (settings.containsKey(LayoutKeys.OR_NONE) && !settings.containsKey(LayoutKeys.FILES)) {
      throw new ToolSpecException(
          at.key(LayoutKeys.OR_NONE), "needs files, a glob; without it a file must be there");
    }
  }

  private static OutputReader<?> reader(Map<String, Object> settings) {
    Object records = settings.getOrDefault(LayoutKeys.RECORDS, Layouts.LINES);
    String file = (String) settings.get(LayoutKeys.FILE);
    if (records.equals(LayoutKeys.FILES)) {
      if (settings.get(LayoutKeys.DIRECTORY) instanceof String directory) {
        return BinaryFile.fromDirectory(directory);
      }
      return file == null ? BinaryFile.fromStdout() : BinaryFile.fromFile(file);
    }
    Lines lines = Layouts.lines(settings);
    if (records.equals(Layouts.BYTES)) {
      return file == null ? lines.bytes().fromStdout() : lines.bytes().fromFile(file);
    }
    if (settings.get(LayoutKeys.FILES) instanceof String glob) {
      OutputFiles files = OutputFiles.matching(glob);
      return (Layouts.is(settings, LayoutKeys.OR_NONE) ? files.orNone() : files).lines(lines);
    }
    return file == null ? lines.fromStdout() : lines.fromFile(file);
  }

  @Override
  public Map<String, Object> schema() {
    List<Object> forms = new ArrayList<>();
    forms.add(Map.of("const", Layouts.STDOUT));
    forms.add(new Items().schema());
    forms.add(several.schema());
    forms.add(kinds.get(Layouts.LINES).schema());
    forms.add(Layouts.withRecords(kinds.get(Layouts.BYTES).schema()));
    forms.add(Layouts.withRecords(kinds.get(LayoutKeys.FILES).schema()));
    return Layouts.anyOf(forms.toArray());
  }

  /** The list of layouts in a map, whose form is this one's. */
  private final class Items implements SpecShape<OutputReader<?>> {
    @Override
    public OutputReader<?> read(Object value, SpecPath at) {
      return several(SpecShapes.typed(value, at, "a list of layouts", List.class), at);
    }

    @Override
    public Map<String, Object> schema() {
      Map<String, Object> list = new LinkedHashMap<>();
      list.put("type", "array");
      list.put("minItems", 1L);
      list.put("items", Map.of("$ref", "#/properties/output"));
      return list;
    }
  }
}
