package io.lofn.runtime.embedded;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds documents of lofn-run, word by word. */
final class RunDocumentText {

  private final ByteArrayOutputStream words = new ByteArrayOutputStream();

  /** A document with what each needs; arguments and more have to follow. */
  static RunDocumentText of(String root, String scratch, int id) {
    return new RunDocumentText()
        .add("root", root)
        .add("scratch", scratch)
        .add("ids", Integer.toString(id), Integer.toString(id));
  }

  RunDocumentText add(String... line) {
    for (String word : line) {
      words.writeBytes(word.getBytes(StandardCharsets.UTF_8));
      words.write(0);
    }
    return this;
  }

  RunDocumentText command(String... arguments) {
    for (String argument : arguments) {
      add("arg", argument);
    }
    return this;
  }

  byte[] bytes() {
    add("end");
    byte[] body = words.toByteArray();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(String.format("LOFNRUN1%08x", body.length).getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(body);
    return all.toByteArray();
  }
}
