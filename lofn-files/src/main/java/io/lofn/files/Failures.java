package io.lofn.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the reasons why entries of a tree could not be deleted. Counts all, but keeps few, since
 * a tool controls their number.
 */
final class Failures {

  private static final int HELD = 20;
  private static final int TOLD = 3;

  private final List<IOException> held = new ArrayList<>();
  private long count;

  void add(Path name, IOException cause) {
    count++;
    if (held.size() < HELD) {
      // Not as its cause: the message of the cause contains the name without escapes.
      IOException failure = new IOException(Names.shown(name) + ": " + reason(cause));
      failure.setStackTrace(cause.getStackTrace());
      held.add(failure);
    }
  }

  long count() {
    return count;
  }

  /** Forgets all but the first ones, since the others are tried again. */
  void forget(long kept) {
    count = kept;
    held.subList((int) Math.min(kept, held.size()), held.size()).clear();
  }

  /** Returns one exception for all of them. */
  IOException of(Path root) {
    List<String> told = held.stream().limit(TOLD).map(IOException::getMessage).toList();
    IOException all =
        new IOException(
            "could not delete %d %s of %s: %s%s"
                .formatted(
                    count,
                    count == 1 ? "entry" : "entries",
                    Names.shown(root),
                    String.join("; ", told),
                    count > TOLD ? "; and others" : ""));
    held.forEach(all::addSuppressed);
    return all;
  }

  /**
   * Returns the reason without the name of the file, which the exception's message would repeat.
   */
  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason();
    }
    return cause instanceof FileSystemException
        ? cause.getClass().getSimpleName().replaceAll("Exception$", "")
        : String.valueOf(cause.getMessage());
  }
}
