package io.lofn.api;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tool as a document: plain data that a file, a job, SQL or another language can hold.
 *
 * <pre>{@code
 * ToolSpec spec = ToolSpec.of(Map.of(
 *     "lofn", 1, "image", "busybox:1", "command", List.of("sort", "-u"), "memory", "2g"));
 * Tool<?, ?> tool = Tool.of(spec);
 * }</pre>
 *
 * <p>The keys are the names of the setters of {@link Tool}; {@code docs/tool-documents.md} lists
 * them. A document has only what differs from a tool of {@link Tool#pipe}. Immutable and
 * serialisable; two are equal if their tools are the same, however they were written.
 */
public final class ToolSpec implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Kept as text: what is sent needs no classes but this one. */
  private final LinkedHashMap<String, Object> document;

  private ToolSpec(Map<String, Object> document) {
    this.document = new LinkedHashMap<>(document);
  }

  /**
   * The document that a map is.
   *
   * @param document keys to values: {@code String}, {@code Boolean}, {@code Number}, {@code List}
   *     and {@code Map}; sizes and times are text with units
   * @return the document, in its shortest form
   * @throws ToolSpecException if a key is unknown or missing, or a value is wrong; says where, and
   *     what to write
   */
  public static ToolSpec of(Map<String, ?> document) {
    return of(ToolDocument.tool(document));
  }

  static ToolSpec of(Tool<?, ?> tool) {
    return new ToolSpec(copy(ToolDocument.document(tool)));
  }

  /** With lists and maps that every serializer knows. */
  private static Map<String, Object> copy(Map<?, ?> map) {
    LinkedHashMap<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put((String) key, copyOf(value)));
    return copy;
  }

  private static Object copyOf(Object value) {
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    if (value instanceof List<?> list) {
      ArrayList<Object> copy = new ArrayList<>();
      list.forEach(item -> copy.add(copyOf(item)));
      return copy;
    }
    return value;
  }

  /**
   * The document as a map.
   *
   * @return keys to values, in the order of the documentation, without what is the default: {@code
   *     String}, {@code Boolean}, {@code Long}, {@code Double}, {@code List} and {@code Map}; a new
   *     map, which may be changed
   */
  public Map<String, Object> toMap() {
    return copy(document);
  }

  /**
   * The document as JSON, in one line.
   *
   * @return JSON that lofn reads again, if it has at most 1 MiB and each key at most 1,024
   *     characters
   */
  public String toJson() {
    return Json.of(document);
  }

  /**
   * What the records are that the tool takes.
   *
   * @return their type
   */
  public RecordType inputType() {
    return Layouts.recordType(Tool.of(this).input());
  }

  /**
   * What the records are that the tool gives.
   *
   * @return their type
   */
  public RecordType outputType() {
    return Layouts.recordType(Tool.of(this).output());
  }

  /**
   * The JSON Schema (draft 2020-12) of tool documents.
   *
   * @return the schema as a map of {@code String}, {@code Boolean}, {@code Long}, {@code List} and
   *     {@code Map}
   */
  public static Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "lofn tool document");
    schema.put(
        "description", "A command-line tool that lofn runs over the partitions of a dataset.");
    schema.putAll(ToolKeys.object().schema());
    return Collections.unmodifiableMap(schema);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ToolSpec spec && document.equals(spec.document);
  }

  @Override
  public int hashCode() {
    return document.hashCode();
  }

  @Override
  public String toString() {
    return toJson();
  }
}
