package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A document for lofn-run, good or bad. */
final class Document {

  private static final Set<String> OF_FIRST_PART = Set.of("parent", "ids", "network", "cgroup");

  private final List<List<String>> entries = new ArrayList<>();

  /** A document of these entries, each with its operands behind it, without an end. */
  static Document of(List<List<String>> entries) {
    Document document = new Document();
    document.entries.addAll(entries);
    return document;
  }

  Document with(String... entry) {
    Document more = of(entries);
    more.entries.add(List.of(entry));
    return more;
  }

  Document without(String keyword) {
    return of(entries.stream().filter(entry -> !entry.get(0).equals(keyword)).toList());
  }

  Document arguments(String... arguments) {
    Document more = this;
    for (String argument : arguments) {
      more = more.with("arg", argument);
    }
    return more;
  }

  Document shell(String script) {
    return arguments("sh", "-c", script);
  }

  /** In two parts, as the runtime writes it. */
  byte[] bytes() {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first());
    both.writeBytes(rest());
    return both.toByteArray();
  }

  byte[] first() {
    return framed(part(true).with("more").body());
  }

  byte[] rest() {
    return framed(part(false).with("end").body());
  }

  private Document part(boolean first) {
    return of(
        entries.stream().filter(entry -> OF_FIRST_PART.contains(entry.get(0)) == first).toList());
  }

  /** In one part, as in a file. */
  byte[] whole() {
    return framed(with("end").body());
  }

  /** The entries as they are. */
  byte[] body() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (List<String> entry : entries) {
      for (String word : entry) {
        body.writeBytes(word.getBytes(UTF_8));
        body.write(0);
      }
    }
    return body.toByteArray();
  }

  static byte[] framed(byte[] body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes("LOFNRUN1%08x".formatted(body.length).getBytes(ISO_8859_1));
    all.writeBytes(body);
    return all.toByteArray();
  }
}
