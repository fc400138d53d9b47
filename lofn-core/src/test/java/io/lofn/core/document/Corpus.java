package io.lofn.core.document;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The documents on which all front ends of lofn agree. */
final class Corpus {

  private static final Path DIRECTORY = Path.of("..", "src", "test", "tool-documents");

  private Corpus() {}

  /** A document that is accepted. */
  record Valid(String name, String text, String means) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A text that is refused; the schema is empty for what is no document. */
  record Invalid(
      String name, String text, Optional<String> at, String says, Optional<Boolean> schema) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Valid> valid() {
    return cases("valid.yaml").stream()
        .map(each -> new Valid(text(each, "name"), text(each, "text"), text(each, "means")))
        .toList();
  }

  static List<Invalid> invalid() {
    return cases("invalid.yaml").stream()
        .map(
            each ->
                new Invalid(
                    text(each, "name"),
                    text(each, "text"),
                    Optional.ofNullable((String) each.get("at")),
                    text(each, "says"),
                    Optional.ofNullable((Boolean) each.get("schema"))))
        .toList();
  }

  private static String text(Map<String, ?> each, String key) {
    return (String) each.get(key);
  }

  @SuppressWarnings("unchecked") // the files are ours
  private static List<Map<String, ?>> cases(String file) {
    try {
      return (List<Map<String, ?>>)
          new Load(LoadSettings.builder().build())
              .loadFromString(Files.readString(DIRECTORY.resolve(file)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
