package io.lofn.runtime.embedded.sandbox;

import io.lofn.runtime.embedded.cgroup.Owner;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of one container that this node sees.
 *
 * @param program {@code lofn-run}, which ends when all others have
 * @param start its start time, in ticks since the boot of the node
 * @param first its child, the first process of the container, which all others end with
 * @param firstStart the start time of that
 */
record ContainerProcesses(long program, long start, long first, long firstStart) {

  private static final Pattern LINE =
      Pattern.compile("(\\d{1,18}) (\\d{1,18}) (\\d{1,18}) (\\d{1,18})");

  /** Read while the program runs: its child's id is then no other process's. */
  static ContainerProcesses of(Process program, long first) {
    long start = start(program.pid());
    long firstStart = start(first);
    return program.isAlive()
        ? new ContainerProcesses(program.pid(), start, first, firstStart)
        : new ContainerProcesses(program.pid(), 0, first, 0);
  }

  /** Returns 0, which no process of a container has, where it cannot be known. */
  private static long start(long pid) {
    try {
      return Owner.of(pid).map(Owner::start).orElse(0L);
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  static Optional<ContainerProcesses> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.matches()
        ? Optional.of(
            new ContainerProcesses(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                Long.parseLong(matcher.group(4))))
        : Optional.empty();
  }

  String toLine() {
    return "%d %d %d %d".formatted(program, start, first, firstStart);
  }

  /**
   * Returns whether something of it runs; the first process may, if it has outlived the program.
   *
   * @throws UncheckedIOException if this cannot be known
   */
  boolean isRunning() {
    return find(program, start).or(() -> find(first, firstStart)).isPresent();
  }

  /** The handle is of the process that is compared. */
  private static Optional<ProcessHandle> find(long pid, long start) {
    return ProcessHandle.of(pid)
        .filter(handle -> Owner.of(pid).filter(found -> found.start() == start).isPresent());
  }

  /**
   * Kills the container, and leaves it to the program to tell.
   *
   * @return whether there was something to kill
   * @throws UncheckedIOException if this cannot be known
   */
  boolean kill() {
    // With the program, the kernel kills the first process; but nobody then waits for the others.
    return find(first, firstStart)
        .or(() -> find(program, start))
        .filter(ProcessHandle::destroyForcibly)
        .isPresent();
  }
}
