package io.lofn.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Why entries of a tree stayed. Counts all and holds few: a tool decides how many there are. */
final class Failures {

  private static final int HELD = 20;
  private static final int TOLD = 3;

  private final List<IOException> held = new ArrayList<>();
  private long count;

  void add(Path name, IOException cause) {
    count++;
    if (held.size() < HELD) {
      // Not as its cause, whose message has the name as it is.
      IOException failure = new IOException(Names.shown(name) + ": " + reason(cause));
      failure.setStackTrace(cause.getStackTrace());
      held.add(failure);
    }
  }

  long count() {
    return count;
  }

  /** Forgets all but the first ones: what failed is tried again. */
  void forget(long kept) {
    count = kept;
    held.subList((int) Math.min(kept, held.size()), held.size()).clear();
  }

  /** All of them in one. */
  IOException of(Path root) {
    List<String> told = held.stream().limit(TOLD).map(IOException::getMessage).toList();
    IOException all =
        new IOException(
            "%d %s of %s cannot be deleted: %s%s"
                .formatted(
                    count,
                    count == 1 ? "entry" : "entries",
                    Names.shown(root),
                    String.join("; ", told),
                    count > TOLD ? "; and others" : ""));
    held.forEach(all::addSuppressed);
    return all;
  }

  /** Without the name of the file, which such an exception's message would repeat. */
  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason();
    }
    return cause instanceof FileSystemException
        ? cause.getClass().getSimpleName().replaceAll("Exception$", "")
        : String.valueOf(cause.getMessage());
  }
}
