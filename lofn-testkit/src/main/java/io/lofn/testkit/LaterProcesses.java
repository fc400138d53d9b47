package io.lofn.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Finds the processes that have started after another one, without a look at every process of the
 * node. Linux gives process ids in ascending order, and begins again after the highest one.
 */
final class LaterProcesses {

  private static final Path PROC = Path.of("/proc");

  /** A look at so many ids is cheaper than one at the list of all processes. */
  private static final long FEW = 64;

  /** Linux skips ids that are in use, so they come round earlier. */
  private static final long SAFETY = 4;

  private final long forks;

  private LaterProcesses(long forks) {
    this.forks = forks;
  }

  /** Notes how many processes have started until now. Call it before the first one starts. */
  static LaterProcesses fromNow() {
    return new LaterProcesses(forks());
  }

  /**
   * Returns the ids of all processes that have started after a first one, and perhaps others.
   *
   * @param first the id of the first one
   */
  LongStream after(long first) {
    String[] names = few(first) ? null : PROC.toFile().list();
    long last = lastPid();
    boolean inOrder = last >= first && started() < mostPids() / SAFETY;
    if (names == null) {
      return inOrder
          ? LongStream.rangeClosed(first + 1, last)
          : ProcessHandle.allProcesses().mapToLong(ProcessHandle::pid);
    }
    return Stream.of(names)
        .filter(LaterProcesses::isNumber)
        .mapToLong(Long::parseLong)
        .filter(pid -> !inOrder || (pid > first && pid <= last));
  }

  private static boolean few(long first) {
    long given = lastPid() - first;
    return given >= 0 && given <= FEW;
  }

  /** Returns how many processes and threads have started since; more than all if unknown. */
  private long started() {
    long now = forks();
    return forks > 0 && now >= forks ? now - forks : Long.MAX_VALUE;
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.chars().allMatch(digit -> digit >= '0' && digit <= '9');
  }

  /** Returns how many processes and threads have started since the boot; 0 if that is unknown. */
  private static long forks() {
    return text("stat")
        .lines()
        .filter(line -> line.startsWith("processes "))
        .mapToLong(line -> number(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  /** Returns the id that was given last; negative if that is unknown. */
  private static long lastPid() {
    String load = text("loadavg");
    return number(load.substring(load.lastIndexOf(' ') + 1));
  }

  private static long mostPids() {
    return number(text("sys/kernel/pid_max"));
  }

  private static long number(String text) {
    String digits = text.strip();
    return isNumber(digits) ? Long.parseLong(digits) : -1;
  }

  private static String text(String file) {
    try {
      return Files.readString(PROC.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }
}
