package io.lofn.runtime.embedded.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.runtime.embedded.images.ImagesOptions.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines of the program for images, right and wrong ones. */
class ImagesOptionsTest {

  @Test
  void optionsMayStandBeforeAndAfterTheCommand() {
    ImagesOptions options =
        ImagesOptions.parse("--json", "remove", "a:1", "--dir", "/d", "b:2").orElseThrow();

    assertThat(options.command()).isEqualTo(Command.REMOVE);
    assertThat(options.images()).containsExactly("a:1", "b:2");
    assertThat(options.json()).isTrue();
    assertThat(options.directory()).contains("/d");
    assertThat(ImagesOptions.parse("remove", "--unused").orElseThrow().unused()).isTrue();
    assertThat(ImagesOptions.parse("remove", "--all").orElseThrow().all()).isTrue();
    assertThat(ImagesOptions.parse("verify").orElseThrow().images()).isEmpty();
    assertThat(ImagesOptions.parse("remove", "--help")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', a command is needed",
    "--json, a command is needed",
    "prune, unknown command prune",
    "list --force, unknown option --force",
    "list a:1, list takes no image",
    "list --all, only remove takes --all",
    "verify --unused, only remove takes --all and --unused",
    "remove, 'remove needs images, or --unused, or --all'",
    "remove --all --unused, remove needs",
    "remove a:1 --all, remove needs",
    "list --dir, --dir needs a directory"
  })
  void wrongUseIsNamed(String line, String message) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    assertThatThrownBy(() -> ImagesOptions.parse(args))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
