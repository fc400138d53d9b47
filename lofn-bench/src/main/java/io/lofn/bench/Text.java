package io.lofn.bench;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;

/** A long text of lines of the same length, which is cheap to generate. */
final class Text {

  static final int LINE = 100;

  private static final List<String> LINES =
      IntStream.range(0, 1000)
          .mapToObj(number -> "%03d".formatted(number) + "abcdefghij".repeat(10))
          .map(line -> line.substring(0, LINE - 1))
          .toList();

  private Text() {}

  /** Returns lines in partitions. */
  static JavaRDD<String> lines(Lab lab, long lines, int partitions) {
    return lab.numbers(partitions).flatMap(number -> lines(lines / partitions).iterator());
  }

  private static Stream<String> lines(long count) {
    return LongStream.range(0, count).mapToObj(number -> LINES.get((int) (number % LINES.size())));
  }

  /** Fails unless all lines are complete in the result. */
  static void check(JavaRDD<String> result, long lines) {
    long characters =
        result
            .mapPartitions(
                records -> {
                  long sum = 0;
                  while (records.hasNext()) {
                    sum += records.next().length() + 1;
                  }
                  return List.of(sum).iterator();
                })
            .reduce(Long::sum);
    Lab.check("characters", characters, lines * LINE);
  }
}
