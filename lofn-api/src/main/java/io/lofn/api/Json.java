package io.lofn.api;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes the values of documents as JSON (RFC 8259). */
final class Json {

  private Json() {}

  static String of(Object value) {
    StringBuilder json = new StringBuilder();
    write(value, json);
    return json.toString();
  }

  private static void write(Object value, StringBuilder json) {
    if (value instanceof Map<?, ?> map) {
      json.append('{');
      for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
          entries.hasNext(); ) {
        Map.Entry<?, ?> entry = entries.next();
        write(entry.getKey().toString(), json);
        json.append(':');
        write(entry.getValue(), json);
        json.append(entries.hasNext() ? "," : "");
      }
      json.append('}');
    } else if (value instanceof List<?> list) {
      json.append('[');
      for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
        write(items.next(), json);
        json.append(items.hasNext() ? "," : "");
      }
      json.append(']');
    } else if (value instanceof String text) {
      write(text, json);
    } else {
      json.append(value); // a number or a boolean
    }
  }

  private static void write(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\t' -> json.append("\\t");
        case '\r' -> json.append("\\r");
        default -> {
          // Line separators, which some readers take for the end of a line, and what YAML has not.
          if (c < ' '
              || (c >= '\u007f' && c <= '\u009f')
              || c == '\u2028'
              || c == '\u2029'
              || c >= '\ufffe'
              || Character.isSurrogate(c)) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
