package io.lofn.core.document;

import io.lofn.api.Printable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One document of JSON or YAML 1.2 (its JSON schema: only true and false are flags), with the place
 * of each value. The text may be hostile: its length, depth, and what aliases make of it are
 * limited.
 */
final class DocumentTree {

  private static final int LONGEST = 1 << 20;
  private static final int DEEPEST = 32;
  private static final int MOST_VALUES = 100_000;

  private final Node root;
  private final Map<String, Object> values;
  private int count;

  private DocumentTree(Node root) throws DocumentException {
    this.root = root;
    if (!(root instanceof MappingNode map)) {
      throw new DocumentException(
          place(root.getStartMark()),
          "a tool document is a map that begins with lofn: 1, not a single value or a list");
    }
    values = map(map, 0);
  }

  static DocumentTree of(String text) throws DocumentException {
    if (text.length() > LONGEST) {
      throw new DocumentException("", "a tool document has at most 1 MiB");
    }
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    LoadSettings settings =
        LoadSettings.builder()
            .setParseComments(false)
            .setCodePointLimit(LONGEST + 1)
            .setAllowNonScalarKeys(true)
            .build();
    try {
      checkForm(new Parse(settings).parseString(plain));
      return new DocumentTree(
          new Compose(settings)
              .composeString(plain)
              .orElseThrow(
                  () ->
                      new DocumentException(
                          "", "the text is empty; a tool document begins with lofn: 1")));
    } catch (MarkedYamlEngineException e) {
      throw new DocumentException(
          place(e.getProblemMark()),
          "this is neither JSON nor YAML: " + Printable.line(String.valueOf(e.getProblem())));
    } catch (YamlEngineException e) {
      throw new DocumentException(
          "", "this is neither JSON nor YAML: " + Printable.line(String.valueOf(e.getMessage())));
    }
  }

  /** Before anything recursive looks at it. */
  private static void checkForm(Iterable<Event> events) throws DocumentException {
    int depth = 0;
    int documents = 0;
    for (Event event : events) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case DocumentStart -> documents++;
        default -> {}
      }
      if (depth > DEEPEST) {
        throw new DocumentException(
            place(event.getStartMark()), "more than %d levels deep".formatted(DEEPEST));
      }
      if (documents > 1) {
        throw new DocumentException(
            place(event.getStartMark()), "a second document begins here; a file has one tool");
      }
    }
  }

  Map<String, Object> values() {
    return values;
  }

  private Map<String, Object> map(MappingNode node, int depth) throws DocumentException {
    Map<String, Object> map = new LinkedHashMap<>();
    Map<String, Node> keys = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.STR)) {
        throw new DocumentException(
            place(key.getStartMark()), "a key must be text; put it in quotes");
      }
      String name = scalar.getValue();
      Node before = keys.put(name, key);
      if (before != null) {
        throw new DocumentException(
            place(key.getStartMark()),
            "the key %s stands here for the second time; it stands at line %d, too"
                .formatted(shown(name), line(before)));
      }
      map.put(name, value(tuple.getValueNode(), depth + 1));
    }
    return map;
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static String shown(String name) {
    String line = Printable.line(name);
    return line.length() <= 60 ? line : line.substring(0, 60) + "...";
  }

  private @Nullable Object value(Node node, int depth) throws DocumentException {
    // An alias stands for the whole of what it names, which may hold aliases, or itself.
    if (++count > MOST_VALUES || depth > DEEPEST) {
      throw new DocumentException(
          place(node.getStartMark()), "aliases make this document too large");
    }
    if (node instanceof MappingNode map) {
      return map(map, depth);
    }
    if (node instanceof SequenceNode sequence) {
      List<@Nullable Object> list = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        list.add(value(item, depth + 1));
      }
      return list;
    }
    return scalar((ScalarNode) node);
  }

  private static @Nullable Object scalar(ScalarNode node) throws DocumentException {
    Tag tag = node.getTag();
    String text = node.getValue();
    if (tag.equals(Tag.STR)) {
      return text;
    }
    if (tag.equals(Tag.NULL)) {
      return null;
    }
    if (tag.equals(Tag.BOOL)) {
      return Boolean.valueOf(text);
    }
    try {
      if (tag.equals(Tag.INT)) {
        BigInteger number = new BigInteger(text);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
      }
      if (tag.equals(Tag.FLOAT)) {
        return text.contains("inf") || text.contains("nan")
            ? (Object) (text.contains("nan") ? Double.NaN : Double.POSITIVE_INFINITY)
            : new BigDecimal(text).doubleValue();
      }
    } catch (NumberFormatException e) {
      throw new DocumentException(place(node.getStartMark()), "this is no number");
    }
    throw new DocumentException(
        place(node.getStartMark()),
        "tags such as %s have no meaning here".formatted(shown(tag.getValue())));
  }

  /** The place of a key or item as {@code :line:column}; of what is above it if it is not there. */
  String place(List<Object> path) {
    Node node = root;
    Optional<Mark> mark = root.getStartMark();
    for (Object part : path) {
      if (node instanceof MappingNode map && part instanceof String) {
        NodeTuple found = null;
        for (NodeTuple tuple : map.getValue()) {
          if (((ScalarNode) tuple.getKeyNode()).getValue().equals(part)) {
            found = tuple;
          }
        }
        if (found == null) {
          break;
        }
        mark = found.getKeyNode().getStartMark();
        node = found.getValueNode();
      } else if (node instanceof SequenceNode sequence && part instanceof Integer index) {
        node = sequence.getValue().get(index);
        mark = node.getStartMark();
      }
    }
    return place(mark);
  }

  private static String place(Optional<Mark> mark) {
    return mark.map(at -> ":%d:%d".formatted(at.getLine() + 1, at.getColumn() + 1)).orElse("");
  }
}
