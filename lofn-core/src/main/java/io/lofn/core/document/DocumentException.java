package io.lofn.core.document;

/** A text is neither JSON nor YAML, or more than a document may be. */
final class DocumentException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String place;

  /**
   * Creates one.
   *
   * @param place as {@code :line:column}; empty if it is not known
   */
  DocumentException(String place, String message) {
    super(message);
    this.place = place;
  }

  String place() {
    return place;
  }
}
