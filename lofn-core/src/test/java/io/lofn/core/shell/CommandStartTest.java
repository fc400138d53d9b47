package io.lofn.core.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandStartTest {

  private static final String LONG = "x".repeat(100_000);

  @Test
  void allArgumentsAndVariablesTogetherMustPassToAProgram() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      variables.put("V" + i, LONG);
    }
    ImageConfig image = ImageConfig.empty().environment(variables);

    assertThatCode(() -> check(Collections.nCopies(10, LONG), image, Map.of()))
        .doesNotThrowAnyException();
    assertTooMuch(Collections.nCopies(11, LONG), image, Map.of());
    assertTooMuch(Collections.nCopies(10, LONG), image, Map.of("W", LONG));
    assertTooMuch(Collections.nCopies(21, LONG), ImageConfig.empty(), Map.of());
  }

  /** Each has a pointer and an end besides its byte. */
  @Test
  void manyShortArgumentsTakeMoreThanTheirBytes() {
    assertThatCode(() -> check(Collections.nCopies(200_000, "x"), ImageConfig.empty(), Map.of()))
        .doesNotThrowAnyException();
    assertTooMuch(Collections.nCopies(210_000, "x"), ImageConfig.empty(), Map.of());
  }

  @Test
  void aVariableOfTheToolTakesThePlaceOfTheImages() {
    assertThatCode(
            () ->
                check(
                    Collections.nCopies(20, LONG),
                    ImageConfig.empty().environment(Map.of("V", LONG)),
                    Map.of("V", "")))
        .doesNotThrowAnyException();
  }

  private static void assertTooMuch(
      List<String> arguments, ImageConfig image, Map<String, String> environment) {
    assertThatThrownBy(() -> check(arguments, image, environment))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("a file: an input of the exchange or a volume")
        .message()
        .hasSizeLessThan(400);
  }

  private static void check(
      List<String> arguments, ImageConfig image, Map<String, String> environment) {
    List<String> argv = new ArrayList<>(List.of("tool"));
    argv.addAll(arguments);
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    environment.forEach(settings::environment);
    new CommandStart(true, Set.of(0), image)
        .checkSpace(
            ContainerSpec.builder("name", "image")
                .command(argv)
                .settings(settings.build())
                .build());
  }

  @ParameterizedTest
  @ValueSource(ints = {125, 126, 127})
  void theCodesOfAFailedStartAreRefusedOnTheDriverWhereNoShellCanTell(int code) {
    Tool<String, String> tool = Tool.pipe("i").acceptedExitCodes(0, code);
    for (Tool<String, String> each :
        List.of(
            tool,
            tool.imageEntrypoint(),
            tool.command("x").imageEntrypoint(),
            tool.command("-x"))) {
      assertThatThrownBy(() -> CommandStart.check(each))
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("exit code " + code);
    }
    assertThatCode(() -> CommandStart.check(tool.command("x"))).doesNotThrowAnyException();
    assertThatCode(() -> CommandStart.check(tool.shell("x"))).doesNotThrowAnyException();
  }

  @Test
  void otherCodesAreTheToolsOwn() {
    assertThatCode(
            () -> CommandStart.check(Tool.pipe("i").imageEntrypoint().acceptedExitCodes(0, 1, 128)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1   | '[FATAL tini (7)] exec /etc/passwd/x failed: Not a directory' | true
          1   | 'ERROR (catatonit:2): failed to exec pid1: Not a directory'   | true
          1   | 'grep: [FATAL tini (7)] exec x failed: y'                     | false
          1   | ''                                                            | false
          2   | '[FATAL tini (7)] exec /etc/passwd/x failed: Not a directory' | false
          """)
  void anInitProcessTellsInWordsWhatItsExitCodeDoesNot(int code, String stderr, boolean failed) {
    assertThat(ExitCodes.isOfInit(code, stderr)).isEqualTo(failed);
    assertThat(ExitCodes.isOfInit(code, stderr + "\n")).isEqualTo(failed);
  }
}
