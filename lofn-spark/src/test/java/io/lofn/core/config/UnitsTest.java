package io.lofn.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.NearestName;
import io.lofn.api.Units;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.network.util.JavaUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the core reads by itself, against the libraries that Spark has for it. */
class UnitsTest {

  private static final Pattern BARE = Pattern.compile("[\\s0-9+-]*");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "10",
          "007",
          "-5",
          "+3",
          "1.5",
          "0.5",
          "",
          " 7",
          "7 ",
          "1e3",
          "９",
          "1h30",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "106751991168");

  private static final List<String> UNITS =
      List.of(
          "", "us", "ms", "s", "m", "min", "h", "d", "S", "MIN", "ss", " s", "b", "k", "kb", "kib",
          "g", "gb", "GB", "t", "tb", "p", "pb", "P", "bb", "e", "x", "bk", "mbb");

  static Stream<String> texts() {
    return NUMBERS.stream().flatMap(number -> UNITS.stream().map(unit -> number + unit));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTimeIsReadAsBySparkUnlessItHasNoUnitOrIsNegative(String text) {
    boolean refused = BARE.matcher(text).matches() || text.contains("-");

    assertThat(read(() -> Units.timeOrZero(text).toMillis()))
        .isEqualTo(
            refused
                ? Optional.empty()
                : read(() -> JavaUtils.timeStringAs(text, TimeUnit.MILLISECONDS)));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTimeOfNothingIsReadOnlyWhereItHasAMeaning(String text) {
    assertThat(read(() -> Units.time(text).toMillis()))
        .isEqualTo(read(() -> Units.timeOrZero(text).toMillis()).filter(millis -> millis > 0));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aSizeIsReadAsBySparkUnlessItHasNoUnitOrIsZero(String text) {
    boolean refused = BARE.matcher(text).matches();

    assertThat(read(() -> Units.size(text)))
        .isEqualTo(
            refused
                ? Optional.empty()
                : read(() -> JavaUtils.byteStringAsBytes(text)).filter(bytes -> bytes > 0));
  }

  @Test
  void theDistanceOfNamesIsLevenshteins() {
    List<String> names =
        LofnConfig.table()
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("`", -1)[1])
            .toList();
    assertThat(names).contains("spark.lofn.runtime").hasSizeGreaterThan(20);
    List<String> words =
        Stream.concat(names.stream(), Stream.of("", "a", "spark.lofn.", "spark.lofn.runtme"))
            .toList();
    for (String one : words) {
      for (String other : words) {
        assertThat(NearestName.distance(one, other))
            .as("%s, %s", one, other)
            .isEqualTo(LevenshteinDistance.getDefaultInstance().apply(one, other));
      }
    }
  }

  @Test
  void theNearestNameIsTheOneWithTheFewestChangesAndThenTheFirstInTheAlphabet() {
    assertThat(NearestName.to("abd", List.of("xyz", "abc"))).isEqualTo("abc");
    assertThat(NearestName.to("ab", List.of("abd", "abc"))).isEqualTo("abc");
  }

  private interface Reading {
    long get();
  }

  private static Optional<Long> read(Reading reading) {
    try {
      return Optional.of(reading.get());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
