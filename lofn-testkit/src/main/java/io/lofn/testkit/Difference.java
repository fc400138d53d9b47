package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Differences between runtimes in the environment of a tool. A runtime's test declares its
 * differences in {@link ContainerRuntimeContract#differences()}; the contract fails if one is not
 * declared, or if a declared one does not exist.
 */
public enum Difference {
  /** {@code /etc/hosts} is that of the image, so {@code localhost} may not resolve. */
  HOSTS_OF_THE_IMAGE,
  /** {@code /etc/resolv.conf} names servers, although no network leads to them. */
  RESOLVER_NAMED,
  /** {@code hostname} is the node's, and there is no variable {@code HOSTNAME}. */
  HOSTNAME_OF_THE_NODE,
  /** The runtime sets variables other than {@code PATH}, {@code HOME} and {@code HOSTNAME}. */
  MORE_VARIABLES,
  /**
   * A working directory that does not exist in the image is created, owned by root; otherwise the
   * start fails.
   */
  WORKING_DIRECTORY_MADE,
  /** A tmpfs is a directory on disk. */
  TMPFS_ON_DISK,
  /** {@code /dev/shm} is not a private file system with a limited size. */
  SHARED_MEMORY_UNLIMITED,
  /** {@code /proc} has the mount options of the node, which allow programs and devices. */
  PROC_OF_THE_NODE,
  /** {@code SIGQUIT} is blocked, as in the threads of the JVM that starts the tool. */
  QUIT_BLOCKED,
  /** No seccomp filter is set. */
  SYSTEM_CALLS_UNFILTERED,
  /** Process 1 is not an init process of the container. */
  NO_INIT;

  /**
   * Reads the differences of a runtime from a table in a Markdown file. The table has a row for
   * each difference, which begins with its name in lower case with hyphens, and a column for each
   * runtime, with {@code x} where it differs.
   *
   * @param file the file
   * @param runtime the head of the column
   * @return the differences
   * @throws IOException if the file cannot be read
   */
  public static Set<Difference> ofTable(Path file, String runtime) throws IOException {
    List<String> lines = Files.readAllLines(file);
    Set<Difference> found = EnumSet.noneOf(Difference.class);
    Set<Difference> rows = EnumSet.noneOf(Difference.class);
    int column = -1;
    for (String line : lines) {
      List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
      if (cells.size() > 2 && cells.get(1).equals("difference")) {
        column = cells.indexOf(runtime);
      }
      for (Difference each : values()) {
        if (cells.size() > 2 && cells.get(1).equals("`" + each.key() + "`")) {
          rows.add(each);
          if (column > 0 && cells.get(column).equals("x")) {
            found.add(each);
          }
        }
      }
    }
    assertThat(column).as("the column %s of the differences in %s", runtime, file).isPositive();
    assertThat(rows).as("the differences in %s", file).isEqualTo(EnumSet.allOf(Difference.class));
    return found;
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
