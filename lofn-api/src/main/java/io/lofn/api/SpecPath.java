package io.lofn.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** A place in a tool document: {@code volumes[1].target}. */
final class SpecPath {

  static final SpecPath ROOT = new SpecPath(List.of());

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");
  private static final int SHOWN = 60;
  private static final int SAID = 200;

  private final List<Object> parts;

  private SpecPath(List<Object> parts) {
    this.parts = parts;
  }

  SpecPath key(String name) {
    return with(name);
  }

  SpecPath item(int index) {
    return with(index);
  }

  private SpecPath with(Object part) {
    List<Object> longer = new ArrayList<>(parts);
    longer.add(part);
    return new SpecPath(Collections.unmodifiableList(longer));
  }

  List<Object> parts() {
    return parts;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      if (part instanceof Integer) {
        text.append('[').append(part).append(']');
      } else if (PLAIN.matcher((String) part).matches()) {
        text.append(text.length() == 0 ? "" : ".").append(shown((String) part));
      } else {
        text.append("[\"").append(shown((String) part)).append("\"]");
      }
    }
    return text.toString();
  }

  /** A name or value of a document for a message: one line of a limited length. */
  static String shown(String text) {
    String line = Printable.line(text);
    return line.length() <= SHOWN ? line : beginning(line, SHOWN) + "...";
  }

  /**
   * What a setter said: one line, without the middle if it is long, for it ends with the advice.
   */
  static String said(String message) {
    String line = Printable.line(message);
    if (line.length() <= 2 * SAID) {
      return line;
    }
    String end = line.substring(line.length() - SAID);
    return "%s ... %s"
        .formatted(
            beginning(line, SAID),
            Character.isLowSurrogate(end.charAt(0)) ? end.substring(1) : end);
  }

  private static String beginning(String text, int length) {
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
  }
}
