package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiVersionTest {

  @ParameterizedTest
  @CsvSource({
    "1.41, 1.12, 1.41",
    "1.43, 1.12, 1.43",
    "1.44, 1.24, 1.44",
    "1.50, 1.24, 1.44",
    "1.52, 1.44, 1.44",
    "1.60, 1.48, 1.48",
    "1.40, 1.12, 1.40"
  })
  void speaksTheNewestThatBothKnow(String newest, String oldest, String agreed) {
    assertThat(ApiVersion.negotiate(parse(newest), parse(oldest))).hasToString(agreed);
  }

  @Test
  void comparesNumbersAndNotTexts() {
    assertThat(parse("1.9")).isLessThan(parse("1.41"));
    assertThat(parse("2.0")).isGreaterThan(parse("1.99"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.", ".41", "1.41.0", "v1.41", "1.99999", "-1.2", "one.two"})
  void isTwoNumbers(String text) {
    assertThat(ApiVersion.parse(text)).isEmpty();
  }

  private static ApiVersion parse(String text) {
    return ApiVersion.parse(text).orElseThrow();
  }
}
