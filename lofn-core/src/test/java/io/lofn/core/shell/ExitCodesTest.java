package io.lofn.core.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How exit codes are named. */
class ExitCodesTest {

  static IntStream signals() {
    return IntStream.rangeClosed(1, 31);
  }

  @ParameterizedTest
  @MethodSource("signals")
  void everySignalHasItsName(int number) {
    assertThat(ExitCodes.describe(128 + number))
        .matches("%d: ended by signal %d \\(SIG[A-Z0-9]+\\)".formatted(128 + number, number));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "129 | 129: ended by signal 1 (SIGHUP)",
        "133 | 133: ended by signal 5 (SIGTRAP)",
        "135 | 135: ended by signal 7 (SIGBUS)",
        "138 | 138: ended by signal 10 (SIGUSR1)",
        "143 | 143: ended by signal 15 (SIGTERM)",
        "152 | 152: ended by signal 24 (SIGXCPU)",
        "153 | 153: ended by signal 25 (SIGXFSZ)",
        "159 | 159: ended by signal 31 (SIGSYS)",
        "162 | 162: the tool's own, or ended by signal 34",
        "128 | 128: the tool's own",
        "193 | 193: the tool's own",
        "255 | 255: the tool's own",
        "3 | 3: the tool's own",
      })
  void theNumbersAreThoseOfLinux(int code, String text) {
    assertThat(ExitCodes.describe(code)).isEqualTo(text);
  }
}
