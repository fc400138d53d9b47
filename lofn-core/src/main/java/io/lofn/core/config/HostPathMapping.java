package io.lofn.core.config;

import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How an engine that sees other files than this executor calls the executor's paths. Immutable. */
public final class HostPathMapping {

  /** What maps nothing. */
  public static final HostPathMapping NONE = new HostPathMapping(List.of());

  private record Entry(Path executor, Path engine) {}

  private final List<Entry> longestFirst;

  private HostPathMapping(List<Entry> entries) {
    longestFirst =
        entries.stream()
            .sorted(Comparator.comparing((Entry e) -> e.executor().getNameCount()).reversed())
            .toList();
  }

  /**
   * Reads pairs such as {@code /var/data=/mnt/node/data,/tmp=/hosttmp}.
   *
   * @throws IllegalArgumentException if one is not a pair of absolute paths, or a path has two
   */
  static HostPathMapping parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String pair : text.split(",", -1)) {
      Entry entry = entry(pair.strip());
      if (entries.stream().anyMatch(other -> other.executor().equals(entry.executor()))) {
        throw new IllegalArgumentException(entry.executor() + " is mapped twice");
      }
      entries.add(entry);
    }
    return new HostPathMapping(entries);
  }

  private static Entry entry(String pair) {
    String[] paths = pair.split("=", -1);
    if (paths.length != 2) {
      throw new IllegalArgumentException(
          "'" + pair + "' is not of the form PATH-OF-EXECUTOR=PATH-OF-NODE");
    }
    return new Entry(absolute(paths[0].strip(), pair), absolute(paths[1].strip(), pair));
  }

  private static Path absolute(String text, String pair) {
    Path path = Path.of(text).normalize();
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("'" + text + "' of '" + pair + "' is no absolute path");
    }
    return path;
  }

  public boolean isEmpty() {
    return longestFirst.isEmpty();
  }

  /** The same container, its mounts called as the engine calls them. */
  public ContainerSpec map(ContainerSpec spec) {
    if (isEmpty()) {
      return spec;
    }
    List<Mount> mapped =
        spec.mounts().stream()
            .map(mount -> new Mount(map(mount.source()), mount.target(), mount.readOnly()))
            .toList();
    return spec.toBuilder().mounts(mapped).build();
  }

  /** The engine's path of a path of this executor. */
  public Path map(Path path) {
    Path clean = path.normalize();
    return longestFirst.stream()
        .filter(entry -> clean.startsWith(entry.executor()))
        .findFirst()
        .map(entry -> entry.engine().resolve(entry.executor().relativize(clean)).normalize())
        .orElse(path);
  }
}
