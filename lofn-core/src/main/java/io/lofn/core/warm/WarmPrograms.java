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
 * Checks whether the programs with which a warm container starts and cleans up are the image's own.
 * A tool that may write to the search path of these programs, or of their libraries, could place
 * others there for the next container.
 */
final class WarmPrograms {

  /** The prefix of variables of the loaders of glibc and musl. */
  private static final String LOADER = "LD_";

  private static final Path ROOT = Path.of("/");

  private final Map<String, String> environment;
  private final List<Path> places;
  private final List<Path> writable;

  /**
   * @param start the start of the command, whose environment each program gets
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

  /** Returns the mount points in which a run may write. */
  static List<Path> writable(ContainerSpec spec) {
    return spec.mounts().stream()
        .filter(mount -> !mount.readOnly())
        .map(mount -> Path.of(mount.target()).normalize())
        .toList();
  }

  /** Returns why the programs are not the image's own; empty if they are. */
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
                "%s contains '%s', where a run could place programs for the next one"
                    .formatted(variable, place));
  }

  /**
   * Returns whether a run may write to a directory. A relative path starts at the working directory
   * of the container or of its shell.
   */
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
