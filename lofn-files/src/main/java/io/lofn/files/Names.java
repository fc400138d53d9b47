package io.lofn.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Formats names of files for messages. */
final class Names {

  private Names() {}

  /**
   * Returns a name in quotes; characters that could control a terminal or forge a log line are
   * escaped.
   */
  static String shown(Path name) {
    return "'" + escaped(name.toString()) + "'";
  }

  private static String escaped(String name) {
    StringBuilder text = new StringBuilder();
    name.codePoints().forEach(point -> append(text, point));
    return text.toString();
  }

  /** Returns the same failure, with the name in its message escaped. */
  static IOException escaped(IOException failure) {
    if (!(failure instanceof FileSystemException e) || e.getFile() == null) {
      return failure;
    }
    String name = escaped(e.getFile());
    return name.equals(e.getFile()) ? e : renamed(e, name, e.getReason());
  }

  private static IOException renamed(FileSystemException e, String name, @Nullable String reason) {
    FileSystemException renamed;
    if (e instanceof NoSuchFileException) {
      renamed = new NoSuchFileException(name, null, reason);
    } else if (e instanceof AccessDeniedException) {
      renamed = new AccessDeniedException(name, null, reason);
    } else if (e instanceof NotLinkException) {
      renamed = new NotLinkException(name, null, reason);
    } else if (e instanceof NotDirectoryException) {
      renamed = new NotDirectoryException(name);
    } else {
      renamed = new FileSystemException(name, null, reason);
    }
    renamed.setStackTrace(e.getStackTrace());
    return renamed;
  }

  private static void append(StringBuilder text, int point) {
    switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          text.append("\\u{%x}".formatted(point));
      default -> text.appendCodePoint(point);
    }
  }
}
