package io.lofn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates trees that are deeper than the longest path. */
final class Chains {

  private static final int PATH = 600;

  private Chains() {}

  /**
   * Creates a chain of nested directories, with a file in the last. Creates short chains first, and
   * moves them to the ends of others.
   *
   * @return the first
   */
  static Path make(Path base, String name, int depth) throws IOException {
    int each = Math.max(1, PATH / (name.length() + 1));
    @Nullable Path first = null;
    for (int made = 0; made < depth; made += each) {
      Path next = base.resolve("chain" + made);
      Path last = next;
      for (int i = 0; i < Math.min(each, depth - made); i++) {
        last = last.resolve(name);
      }
      Files.createDirectories(last);
      if (first == null) {
        Files.writeString(last.resolve("file"), "text");
      } else {
        Files.move(first.resolve(name), last.resolve(name));
        Files.delete(first);
      }
      first = next;
    }
    return Objects.requireNonNull(first);
  }
}
