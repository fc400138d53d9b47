package io.lofn.api;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The layouts that tool documents name. */
final class Layouts {

  static final String LINES = "lines";
  static final String BYTES = "bytes";

  static final String STDIN = "stdin";
  static final String STDOUT = "stdout";

  static final SpecShape<PartitionWriter<?>> INPUT = new InputShape();
  static final SpecShape<OutputReader<?>> OUTPUT = new OutputShape();

  private Layouts() {}

  /**
   * A layout as a tool document has it.
   *
   * @throws LofnException if it, or a part of it, is a function
   */
  static Map<String, Object> described(Object layout) {
    return named(layout).describe();
  }

  static RecordType recordType(Object layout) {
    return named(layout).recordType();
  }

  /** What the records of a layout are; empty if it, or a part of it, is a function. */
  static Optional<RecordType> typeOf(Object layout) {
    try {
      return Optional.of(recordType(layout));
    } catch (LofnException function) {
      return Optional.empty();
    }
  }

  private static NamedLayout named(Object layout) {
    if (layout instanceof NamedLayout named) {
      return named;
    }
    boolean input = layout instanceof PartitionWriter;
    throw new LofnException(
        "The %s layout of the tool is a function of the program (a lambda, or one given to %s), which a tool document cannot hold. Use %s, or keep the tool in the program"
            .formatted(
                input ? "input" : "output",
                input
                    ? "Lines.toFilePerKey, Lines.toParallelFiles or InputFiles"
                    : "OutputReader.map, OutputReader.filter or OutputFiles",
                input
                    ? "Lines to a file or to standard input, Lines.bytes or"
                        + " BinaryFile.toNumberedFiles"
                    : "Lines from a file, files or standard output, Lines.bytes or a reader of"
                        + " BinaryFile"));
  }

  /** A layout as the shortest value that a document may have for it; null if it is the default. */
  static @Nullable Object shortest(Object layout) {
    Map<String, Object> described = described(layout);
    if (described.isEmpty()) {
      return null;
    }
    return described.size() == 1 && described.containsKey(LayoutKeys.OUTPUTS)
        ? described.get(LayoutKeys.OUTPUTS)
        : described;
  }

  static SpecObject ofLines(SpecObject object, boolean bytes) {
    object
        .optional(
            LayoutKeys.DELIMITER,
            SpecShapes.TEXT,
            "The text that ends a record; \"\\n\" if left out.")
        .optional(LayoutKeys.CHARSET, SpecShapes.CHARSET, "The charset; UTF-8 if left out.")
        .optional(LayoutKeys.GZIP, SpecShapes.FLAG, "Whether it is compressed by gzip.")
        .optional(
            LayoutKeys.MULTI_LINE, SpecShapes.FLAG, "Whether a record may contain the delimiter.");
    return bytes
        ? object
        : object.optional(
            LayoutKeys.REPLACING,
            SpecShapes.FLAG,
            "Whether characters that the charset does not have are replaced.");
  }

  static SpecObject records(String... names) {
    return new SpecObject()
        .optional(LayoutKeys.RECORDS, SpecShapes.word(List.of(names)), "What a record is.");
  }

  static Lines lines(Map<String, Object> settings) {
    Lines lines = Lines.text();
    if (settings.get(LayoutKeys.DELIMITER) instanceof String delimiter) {
      lines = lines.delimiter(delimiter);
    }
    if (settings.get(LayoutKeys.CHARSET) instanceof Charset charset) {
      lines = lines.charset(charset);
    }
    lines = is(settings, LayoutKeys.REPLACING) ? lines.replacing() : lines;
    lines = is(settings, LayoutKeys.GZIP) ? lines.gzip() : lines;
    return is(settings, LayoutKeys.MULTI_LINE) ? lines.multiLine() : lines;
  }

  static boolean is(Map<String, Object> settings, String key) {
    return Boolean.TRUE.equals(settings.get(key));
  }

  /** What a setting does, with the place in the message of what it refuses. */
  static <T> T made(SpecPath at, Supplier<T> layout) {
    try {
      return layout.get();
    } catch (ToolSpecException e) {
      throw e;
    } catch (IllegalArgumentException | LofnException e) {
      throw new ToolSpecException(
          at, "is refused: " + SpecPath.said(String.valueOf(e.getMessage())), e);
    }
  }

  /** Which of the objects a layout is, by its records. */
  static SpecObject chosen(Map<String, SpecObject> kinds, Map<String, Object> given, SpecPath at) {
    Object records = given.getOrDefault(LayoutKeys.RECORDS, LINES);
    SpecObject kind = records instanceof String name ? kinds.get(name) : null;
    if (kind == null) {
      Object unused =
          SpecShapes.word(List.copyOf(kinds.keySet())).read(records, at.key(LayoutKeys.RECORDS));
    }
    return kind;
  }

  static Map<String, Object> anyOf(Object... schemas) {
    return Map.of("oneOf", List.of(schemas));
  }

  static Map<String, Object> withRecords(Map<String, Object> schema) {
    schema.put("required", List.of(LayoutKeys.RECORDS));
    return schema;
  }

  static ToolSpecException otherForm(Object value, SpecPath at, String stream, String others) {
    return new ToolSpecException(
        at, "must be \"%s\" or %s, not %s".formatted(stream, others, SpecShapes.kind(value)));
  }
}
