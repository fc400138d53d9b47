package io.lofn.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A map of a tool document whose keys are known. It is read to a map of what the values mean. */
final class SpecObject implements SpecShape<Map<String, Object>> {

  private final Map<String, Field> fields = new LinkedHashMap<>();

  /**
   * A key.
   *
   * @param meaning one sentence for people who write documents
   */
  record Field(String name, SpecShape<?> shape, boolean required, String meaning) {}

  SpecObject required(String name, SpecShape<?> shape, String meaning) {
    fields.put(name, new Field(name, shape, true, meaning));
    return this;
  }

  SpecObject optional(String name, SpecShape<?> shape, String meaning) {
    fields.put(name, new Field(name, shape, false, meaning));
    return this;
  }

  @Override
  public Map<String, Object> read(Object value, SpecPath at) {
    Map<String, Object> given = SpecShapes.names(value, at);
    for (String name : given.keySet()) {
      if (!fields.containsKey(name)) {
        throw new ToolSpecException(
            at.key(name),
            "is not known; did you mean %s? Known are %s"
                .formatted(
                    NearestName.to(name, fields.keySet()), String.join(", ", fields.keySet())));
      }
    }
    Map<String, Object> read = new LinkedHashMap<>();
    for (Field field : fields.values()) {
      if (given.containsKey(field.name())) {
        read.put(field.name(), field.shape().read(given.get(field.name()), at.key(field.name())));
      } else if (field.required()) {
        throw new ToolSpecException(at, "has no %s: %s".formatted(field.name(), field.meaning()));
      }
    }
    return read;
  }

  @Override
  public Map<String, Object> schema() {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Field field : fields.values()) {
      Map<String, Object> property = new LinkedHashMap<>();
      property.put("description", field.meaning());
      property.putAll(field.shape().schema());
      properties.put(field.name(), property);
      if (field.required()) {
        required.add(field.name());
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }
}
