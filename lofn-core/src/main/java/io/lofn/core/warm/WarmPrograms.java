package io.lofn.core.warm;

import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells whether the programs by which a warm container begins, and cleans up, are the image's own.
 * A tool that may write where they, or their libraries, are looked for could lay others there for
 * the next container.
 */
final class WarmPrograms {

  /** Of the loaders of glibc and musl. */
  private static final String LOADER = "LD_";

  private static final Path ROOT = Path.of("/");

  private final Map<String, String> environment;
  private final List<Path> places;
  private final List<Path> writable;

  /**
   * @param start what the command, and so each program, is to find
   */
  WarmPrograms(CommandStart start, ContainerSpec spec) {
    this.environment = start.environment(spec);
    this.places =
        Stream.of(spec.settings().workingDirectory(), start.image().workingDirectory())
            .flatMap(Optional::stream)
            .map(path -> ROOT.resolve(path).normalize())
            .toList();
    this.writable = writable(spec);
  }

  /** Where the mounts are in which a run may write. */
  static List<Path> writable(ContainerSpec spec) {
    return spec.mounts().stream()
        .filter(mount -> !mount.readOnly())
        .map(mount -> Path.of(mount.target()).normalize())
        .toList();
  }

  /** Why they are not; empty if they are. */
  Optional<String> obstacle() {
    return environment.entrySet().stream()
        .filter(each -> each.getKey().equals("PATH") || each.getKey().startsWith(LOADER))
        .flatMap(each -> obstacles(each.getKey(), each.getValue()))
        .findFirst();
  }

  private Stream<String> obstacles(String variable, String value) {
    if (value.isEmpty()) {
      return Stream.empty();
    }
    return Stream.of(value.split(variable.equals("PATH") ? ":" : "[:; ]", -1))
        .filter(this::isWritable)
        .map(
            place ->
                "%s leads to '%s', where a run may lay programs for the next"
                    .formatted(variable, place));
  }

  /** What is no whole path is one from where the container, or its shell, is. */
  private boolean isWritable(String place) {
    try {
      Path path = Path.of(place);
      return Stream.concat(Stream.of(ROOT), places.stream())
          .map(from -> from.resolve(path).normalize())
          .anyMatch(whole -> writable.stream().anyMatch(whole::startsWith));
    } catch (InvalidPathException e) {
      return true;
    }
  }
}
