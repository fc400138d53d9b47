package io.lofn.testkit;

import static java.lang.Math.round;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Resource usage of a container: few runtimes report it, and reported values must be correct. */
interface UsageContract extends Topic {

  long TOUCHED = 16 << 20;

  /** Allocates this much memory, counts for a while, and prints its processor time. */
  String SCRIPT =
      "x=$(head -c %d /dev/zero | tr '\\0' x); i=0;".formatted(TOUCHED)
          + " while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ${#x}; times";

  /** The kernel counts in ticks, and the tool prints its time before its end. */
  Duration TICKS = Duration.ofMillis(50);

  Pattern TIME = Pattern.compile("(\\d+)m([0-9.]+)s");
  Pattern MEMORY = Pattern.compile("^MemTotal: +(\\d+) kB$", Pattern.MULTILINE);

  @Test
  default void tellsOfMemoryAndProcessorsWhatIsSoOrNothing() throws Exception {
    long start = System.nanoTime();
    Outcome outcome = lab().run(lab().shell(SCRIPT));
    Duration most =
        Duration.ofNanos(System.nanoTime() - start)
            .multipliedBy(Runtime.getRuntime().availableProcessors())
            .plus(TICKS);

    assertThat(outcome.stdout()).startsWith(TOUCHED + "\n");
    Duration told =
        TIME.matcher(outcome.stdout())
            .results()
            .map(UsageContract::duration)
            .reduce(Duration.ZERO, Duration::plus);
    assertThat(told).isPositive();
    outcome.exit().cpuTime().ifPresent(time -> assertThat(time).isBetween(told.minus(TICKS), most));
    outcome
        .exit()
        .peakMemory()
        .ifPresent(bytes -> assertThat(bytes).isBetween(TOUCHED, memoryOfTheNode()));
  }

  private static Duration duration(MatchResult time) {
    double seconds = 60 * Double.parseDouble(time.group(1)) + Double.parseDouble(time.group(2));
    return Duration.ofMillis(round(seconds * 1000));
  }

  private static long memoryOfTheNode() {
    try {
      String text = Files.readString(Path.of("/proc/meminfo"));
      return MEMORY.matcher(text).results().mapToLong(m -> Long.parseLong(m.group(1))).sum() << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
