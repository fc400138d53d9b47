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
 * In what a tool may find another world by one runtime than by the others. A runtime's test names
 * those that are so in {@link ContainerRuntimeContract#differences()}; the contract fails if one is
 * not named, and if one is named that is not so.
 */
public enum Difference {
  /** {@code /etc/hosts} is the image's own, so {@code localhost} need not resolve. */
  HOSTS_OF_THE_IMAGE,
  /** {@code /etc/resolv.conf} names servers, although no network leads to them. */
  RESOLVER_NAMED,
  /** {@code hostname} is the node's, and there is no variable {@code HOSTNAME}. */
  HOSTNAME_OF_THE_NODE,
  /** The runtime sets variables of its own beside {@code PATH}, {@code HOME}, {@code HOSTNAME}. */
  MORE_VARIABLES,
  /** A working directory that the image lacks is made, as root's; else the start fails. */
  WORKING_DIRECTORY_MADE,
  /** A directory in memory lies on the disk. */
  TMPFS_ON_DISK,
  /** {@code /dev/shm} is no file system of the container's own with a limited size. */
  SHARED_MEMORY_UNLIMITED,
  /** {@code /proc} is mounted as the node has it, with programs and devices. */
  PROC_OF_THE_NODE,
  /** {@code SIGQUIT} is blocked, as in the threads of the JVM that starts the tool. */
  QUIT_BLOCKED,
  /** No filter of system calls is set. */
  SYSTEM_CALLS_UNFILTERED,
  /** Process 1 is no init of the container. */
  NO_INIT;

  /**
   * The differences that a table of a Markdown file names: a row for each, that begins with its
   * name in lower case with hyphens, and a column for each runtime, with {@code x} where it
   * differs.
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
