package io.lofn.core.document;

import io.lofn.api.Printable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.JsonScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * One document of JSON or YAML 1.2 (its JSON schema: only true and false are flags), with the place
 * of each value. The text may be hostile: its length, depth, and what aliases make of it are
 * limited.
 */
final class DocumentTree {

  private static final int LONGEST = 1 << 20;
  private static final int DEEPEST = 32;
  private static final int MOST_VALUES = 100_000;

  /** More than any number has that means something; to read a longer one takes long. */
  private static final int LONGEST_NUMBER = 400;

  private static final int SHOWN = 60;
  private static final int SAID = 300;

  private static final Set<Tag> COLLECTIONS = Set.of(Tag.MAP, Tag.SEQ);

  /** Tells what a text without a tag is. */
  private static final ScalarResolver TYPES = new JsonScalarResolver();

  private final Node root;
  private final Map<String, Object> values;
  private int count;
  private long characters;

  private DocumentTree(Node root) throws DocumentException {
    this.root = root;
    if (!(root instanceof MappingNode map) || !COLLECTIONS.contains(map.getTag())) {
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
    checkCharacters(plain);
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
          "this is neither JSON nor YAML: " + shown(String.valueOf(e.getProblem()), SAID));
    } catch (YamlVersionException e) {
      throw new DocumentException(
          "", "the line %YAML names a version that is not read; leave the line out");
    } catch (YamlEngineException e) {
      throw new DocumentException(
          "", "this is neither JSON nor YAML: " + shown(String.valueOf(e.getMessage()), SAID));
    }
  }

  /** The parser refuses these, too, without their place. */
  private static void checkCharacters(String text) throws DocumentException {
    int line = 1;
    int column = 1;
    int point;
    for (int i = 0; i < text.length(); i += Character.charCount(point)) {
      point = text.codePointAt(i);
      if (!StreamReader.isPrintable(point)) {
        throw new DocumentException(
            ":%d:%d".formatted(line, column),
            "the character U+%04X cannot stand in a document; write \"\\u%04x\" in quotes"
                .formatted(point, point));
      }
      line += point == '\n' ? 1 : 0;
      column = point == '\n' ? 1 : column + 1;
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
      checkSize(name, key);
      Node before = keys.put(name, key);
      if (before != null) {
        throw new DocumentException(
            place(key.getStartMark()),
            "the key %s stands here for the second time; it stands at line %d, too"
                .formatted(shown(name, SHOWN), line(before)));
      }
      map.put(name, value(tuple.getValueNode(), depth + 1));
    }
    return map;
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static String shown(String text, int most) {
    String line = Printable.line(text);
    return line.length() <= most ? line : line.substring(0, most) + "...";
  }

  /** An alias stands for the whole of what it names, which may hold aliases, or itself. */
  private void checkSize(String text, Node node) throws DocumentException {
    characters += text.length();
    if (characters > LONGEST) {
      throw tooLarge(node);
    }
  }

  private static DocumentException tooLarge(Node node) {
    return new DocumentException(
        place(node.getStartMark()), "aliases make this document too large");
  }

  private @Nullable Object value(Node node, int depth) throws DocumentException {
    if (++count > MOST_VALUES || depth > DEEPEST) {
      throw tooLarge(node);
    }
    if (!(node instanceof ScalarNode) && !COLLECTIONS.contains(node.getTag())) {
      throw tagged(node);
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
    ScalarNode scalar = (ScalarNode) node;
    checkSize(scalar.getValue(), scalar);
    return scalar(scalar);
  }

  private static DocumentException tagged(Node node) {
    return new DocumentException(
        place(node.getStartMark()),
        "tags such as %s have no meaning here".formatted(shown(node.getTag().getValue(), SHOWN)));
  }

  private static @Nullable Object scalar(ScalarNode node) throws DocumentException {
    Tag tag = node.getTag();
    String text = node.getValue();
    if (!tag.equals(Tag.STR) && !tag.equals(TYPES.resolve(text, true))) {
      throw tagged(node); // !!bool yes
    }
    if (tag.equals(Tag.STR)) {
      return text;
    }
    if (tag.equals(Tag.NULL)) {
      return null;
    }
    if (tag.equals(Tag.BOOL)) {
      return Boolean.valueOf(text);
    }
    if (text.length() > LONGEST_NUMBER) {
      throw new DocumentException(
          place(node.getStartMark()),
          "this number has more than %d characters".formatted(LONGEST_NUMBER));
    }
    if (tag.equals(Tag.INT)) {
      BigInteger number = new BigInteger(text);
      return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }
    return switch (text) {
      case ".inf" -> Double.POSITIVE_INFINITY;
      case "-.inf" -> Double.NEGATIVE_INFINITY;
      case ".nan" -> Double.NaN;
      default -> Double.valueOf(text);
    };
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
