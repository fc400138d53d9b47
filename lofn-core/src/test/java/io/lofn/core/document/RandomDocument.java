package io.lofn.core.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes documents of a schema, of which some have a value of another form somewhere. */
final class RandomDocument {

  private static final int DEEPEST = 6;

  /** One value in so many has another form. */
  private static final int ODD = 60;

  private static final List<String> TEXTS =
      List.of(
          "x",
          "a:1",
          "/a",
          "/b c",
          "file:/d",
          "\n",
          "UTF-8",
          "UTF-16LE",
          "1",
          "a*.txt",
          "../x",
          "",
          " ",
          "\u00e4\ud83e\uddec",
          "\ud800",
          "\uffff",
          "\u0085",
          "true",
          "null",
          "~",
          "- a: #",
          "--gpus=all",
          "k".repeat(70));
  private static final List<String> QUANTITIES =
      List.of(
          "1g", "2GB", "3kb", " 5m ", "7s", "8ms", "9min", "1H", "2d", "3p", "0s", "0b", "10us");
  private static final List<Object> ODDITIES =
      List.of(
          "x",
          "1",
          "1 g",
          "stdin",
          "stdout",
          0,
          -1,
          1.5,
          1L << 40,
          1e300,
          true,
          false,
          List.of(),
          Map.of(),
          List.of("x"),
          List.of(1),
          Map.of("a", "b"),
          Map.of("file", "x"),
          Map.of("records", "files"),
          Map.of("source", "/a", "target", "/a"));

  private final Random random;
  private final JsonNode schema;

  RandomDocument(Random random, JsonNode schema) {
    this.random = random;
    this.schema = schema;
  }

  Map<String, Object> next() {
    Map<String, Object> document = object(schema, 0);
    if (random.nextInt(3) > 0) { // else most are refused for these alone
      document.remove("shell");
      document.remove("pipefail");
      document.remove("entrypoint");
      document.put("image", "a:1");
      document.put("command", List.of("x"));
    }
    return document;
  }

  private Map<String, Object> object(JsonNode form, int depth) {
    Map<String, Object> made = new LinkedHashMap<>();
    List<String> needed = new ArrayList<>();
    form.path("required").forEach(name -> needed.add(name.asText()));
    form.path("properties")
        .fields()
        .forEachRemaining(
            property -> {
              boolean wanted = needed.contains(property.getKey()) || random.nextInt(6) == 0;
              if (wanted && random.nextInt(10 * ODD) > 0) {
                made.put(property.getKey(), value(property.getValue(), depth + 1));
              }
            });
    if (form.path("additionalProperties").isObject()) {
      for (int i = random.nextInt(3); i > 0; i--) {
        made.put(text(), value(form.get("additionalProperties"), depth + 1));
      }
    }
    if (random.nextInt(10 * ODD) == 0) {
      made.put("unknown", "x");
    }
    return made;
  }

  private Object value(JsonNode form, int depth) {
    if (random.nextInt(ODD) == 0 || depth > DEEPEST) {
      return any(ODDITIES);
    }
    if (form.has("$ref")) {
      return value(schema.at(form.get("$ref").asText().substring(1)), depth);
    }
    if (form.has("const")) {
      return form.get("const").asText();
    }
    for (String choices : List.of("enum", "oneOf")) {
      if (form.has(choices)) {
        JsonNode chosen = form.get(choices).get(random.nextInt(form.get(choices).size()));
        return chosen.isTextual() ? chosen.asText() : value(chosen, depth);
      }
    }
    return switch (form.get("type").asText()) {
      case "object" -> object(form, depth);
      case "array" -> array(form, depth);
      case "string" -> form.has("pattern") ? any(QUANTITIES) : text();
      case "boolean" -> random.nextBoolean();
      case "integer" ->
          form.get("minimum").asLong() + (form.has("maximum") ? 0 : random.nextInt(9));
      case "number" ->
          random.nextBoolean() ? (Object) (1 + random.nextInt(9)) : random.nextDouble();
      default -> throw new IllegalStateException("No value is made of " + form);
    };
  }

  private List<Object> array(JsonNode form, int depth) {
    List<Object> items = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      items.add(value(form.get("items"), depth + 1));
    }
    return items;
  }

  private String text() {
    return any(TEXTS);
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
