package io.lofn.core.document;

import io.lofn.api.LofnException;
import io.lofn.api.ToolSpec;
import io.lofn.api.ToolSpecException;

/** Reads tool documents, in JSON or in YAML. Thread-safe. */
public final class ToolDocuments {

  private ToolDocuments() {}

  /**
   * Reads a document.
   *
   * @param text JSON or YAML, at most 1 MiB
   * @param source where it comes from, for messages, such as a file's name
   * @return the document
   * @throws LofnException if it is no tool document; names the source, the line, the column and the
   *     key, and says what to write
   */
  public static ToolSpec read(String text, String source) {
    DocumentTree tree;
    try {
      tree = DocumentTree.of(text);
    } catch (DocumentException e) {
      throw new LofnException(source + e.place() + ": " + e.getMessage(), e);
    }
    try {
      return ToolSpec.of(tree.values());
    } catch (ToolSpecException e) {
      throw new LofnException(source + tree.place(e.path()) + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a document of which nothing may be shown to who gets the message: whoever names a file
   * must not read it by that.
   *
   * @param text JSON or YAML
   * @param source where it comes from
   * @return the document
   * @throws LofnException if it is no tool document; tells where, and nothing of what is there
   */
  public static ToolSpec readUnquoted(String text, String source) {
    String place;
    try {
      DocumentTree tree = DocumentTree.of(text);
      try {
        return ToolSpec.of(tree.values());
      } catch (ToolSpecException e) {
        place = tree.place(e.path());
      }
    } catch (DocumentException e) {
      place = e.place();
    }
    throw new LofnException(
        source
            + place
            + ": here the text is no tool document that this lofn reads. Messages of this source do"
            + " not quote it; try the document in a program, by Lofn.document");
  }
}
