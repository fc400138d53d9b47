package io.lofn.api;

import java.util.LinkedHashMap;
import java.util.Map;

/** A tool from the map that its document is, and back. */
final class ToolDocument {

  private ToolDocument() {}

  /** The tool of a document. */
  static Tool<?, ?> tool(Map<?, ?> document) {
    Map<String, Object> given = SpecShapes.names(document, SpecPath.ROOT);
    checkVersion(given);
    Map<String, Object> values = ToolKeys.object().read(given, SpecPath.ROOT);
    checkCommand(values);
    Tool<?, ?> tool =
        Layouts.made(
            SpecPath.ROOT.key(ToolKeys.IMAGE),
            () -> Tool.pipe((String) values.get(ToolKeys.IMAGE)));
    for (ToolKeys.Key<?> key : ToolKeys.all()) {
      if (values.containsKey(key.name())) {
        tool = key.apply(tool, values.get(key.name()), SpecPath.ROOT.key(key.name()));
      }
    }
    return tool;
  }

  private static void checkVersion(Map<?, ?> document) {
    Object version = document.get(ToolKeys.LOFN);
    if (version == null) {
      throw new ToolSpecException(
          SpecPath.ROOT, "does not say which version of tool documents it is; add lofn: 1");
    }
    if (!(version instanceof Number number) || number.doubleValue() != ToolKeys.VERSION) {
      boolean newer = version instanceof Number given && given.doubleValue() > ToolKeys.VERSION;
      throw new ToolSpecException(
          SpecPath.ROOT.key(ToolKeys.LOFN),
          newer
              ? "is %s: the document needs a newer lofn; this one reads version %d"
                  .formatted(SpecPath.shown(version.toString()), ToolKeys.VERSION)
              : "must be the number %d, not %s"
                  .formatted(ToolKeys.VERSION, SpecShapes.kind(version)));
    }
  }

  private static void checkCommand(Map<String, Object> values) {
    boolean script = values.containsKey(ToolKeys.SHELL);
    if (script && values.containsKey(ToolKeys.COMMAND)) {
      throw new ToolSpecException(
          SpecPath.ROOT.key(ToolKeys.SHELL), "stands beside command; a tool has one of them");
    }
    if (Boolean.TRUE.equals(values.get(ToolKeys.IMAGE_ENTRYPOINT))
        && values.containsKey(ToolKeys.ENTRYPOINT)) {
      throw new ToolSpecException(
          SpecPath.ROOT.key(ToolKeys.ENTRYPOINT),
          "stands beside imageEntrypoint; a tool has one of them");
    }
    if (!script && values.containsKey(ToolKeys.PIPEFAIL)) {
      throw new ToolSpecException(
          SpecPath.ROOT.key(ToolKeys.PIPEFAIL), "needs shell; a command has no pipeline");
    }
    if (!script
        && !values.containsKey(ToolKeys.COMMAND)
        && !values.containsKey(ToolKeys.ENTRYPOINT)
        && !Boolean.TRUE.equals(values.get(ToolKeys.IMAGE_ENTRYPOINT))) {
      throw new ToolSpecException(
          SpecPath.ROOT,
          "has no command; add command: [program, argument], shell: with a script, or"
              + " imageEntrypoint: true for what the image runs by itself");
    }
  }

  /** The document of a tool. */
  static Map<String, Object> document(Tool<?, ?> tool) {
    if (tool.argv().isEmpty() && !tool.usesImageEntrypoint()) {
      throw new LofnException(
          "The tool of %s has no command, without which it is no document; call command, shell or imageEntrypoint first"
              .formatted(tool.image()));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put(ToolKeys.LOFN, ToolKeys.VERSION);
    document.put(ToolKeys.IMAGE, tool.image());
    for (ToolKeys.Key<?> key : ToolKeys.all()) {
      Object value = key.get().apply(tool);
      if (value != null) {
        document.put(key.name(), value);
      }
    }
    return document;
  }
}
