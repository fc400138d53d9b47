package io.lofn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** The time that processors spent on this process and on the processes that it has waited for. */
final class CpuClock {

  private static final Path STAT = Path.of("/proc/self/stat");

  /** The field of the user time, counted from the first one after the command's name. */
  private static final int FIRST = 11;

  /** The user and the system time of this process, and those of its children. */
  private static final int FIELDS = 4;

  /** Linux counts in hundredths of a second, whatever the processor is. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private CpuClock() {}

  static long nanos() throws IOException {
    String stat = Files.readString(STAT);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return IntStream.range(FIRST, FIRST + FIELDS).mapToLong(i -> Long.parseLong(fields[i])).sum()
        * NANOS_PER_TICK;
  }
}
