package io.lofn.files;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The original names of moved entries, of as many as a message shows. */
final class MovedNames {

  private static final int HELD = 1000;

  private final Map<Path, Path> names = new HashMap<>();

  void moved(Path from, Path to) {
    Path first = names.remove(from);
    if (names.size() < HELD) {
      names.put(to, first == null ? from : first);
    }
  }

  void forget(Path name) {
    names.remove(name);
  }

  Path first(Path name) {
    return names.getOrDefault(name, name);
  }
}
