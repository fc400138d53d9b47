package io.lofn.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A volume in a tool document: a map, or a text {@code source:target:mode}. */
final class VolumeShape implements SpecShape<Volume> {

  private static final String SOURCE = "source";
  private static final String TARGET = "target";
  private static final String READ_ONLY = "readOnly";
  private static final String UNPACKED = "unpacked";

  private static final SpecObject OBJECT =
      new SpecObject()
          .required(
              SOURCE,
              SpecShapes.TEXT,
              "a URI, such as hdfs:///reference, or an absolute path on the job's default file"
                  + " system")
          .required(TARGET, SpecShapes.TEXT, "an absolute path in the container")
          .optional(
              READ_ONLY, SpecShapes.FLAG, "Whether the tool cannot write it; true if left out.")
          .optional(
              UNPACKED,
              SpecShapes.FLAG,
              "Whether the tool sees what is in the archive, and not the archive.");

  @Override
  public Volume read(Object value, SpecPath at) {
    if (value instanceof String text) {
      return Layouts.made(at, () -> Volume.listOf(List.of(text)).get(0));
    }
    if (!(value instanceof Map)) {
      throw new ToolSpecException(
          at,
          "must be a map with source and target, or text such as \"/data:/data:ro\", not "
              + SpecShapes.kind(value));
    }
    Map<String, Object> settings = OBJECT.read(value, at);
    Volume.Source source =
        Layouts.made(at.key(SOURCE), () -> Volume.of((String) settings.get(SOURCE)));
    Volume volume = Layouts.made(at.key(TARGET), () -> source.at((String) settings.get(TARGET)));
    volume = Boolean.FALSE.equals(settings.get(READ_ONLY)) ? volume.readWrite() : volume;
    return Boolean.TRUE.equals(settings.get(UNPACKED)) ? volume.unpacked() : volume;
  }

  static Map<String, Object> described(Volume volume) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(SOURCE, SourceUri.text(volume.source()));
    map.put(TARGET, volume.target());
    if (!volume.isReadOnly()) {
      map.put(READ_ONLY, false);
    }
    if (volume.isUnpacked()) {
      map.put(UNPACKED, true);
    }
    return map;
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("oneOf", List.of(Map.of("type", "string"), OBJECT.schema()));
  }
}
