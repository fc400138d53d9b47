package io.lofn.runtime.cli.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectFileTest {

  @TempDir Path directory;

  private CliDialect read(String text) throws Exception {
    return DialectFile.read(Files.writeString(directory.resolve("dialect"), text));
  }

  @Test
  void isTheDifferenceToAKnownDialect() throws Exception {
    CliDialect dialect =
        read(
            """
            extends=docker
            name=mine
            program=my-docker
            option.mount = --volume={source}:{target}
            option.memory=
            option.init=-
            option.cpus=--cpus {}
            """);
    assertThat(dialect.name()).isEqualTo("mine");
    assertThat(dialect.program()).isEqualTo("my-docker");
    assertThat(dialect.options().get(DialectOption.MOUNT))
        .containsExactly("--volume={source}:{target}");
    assertThat(dialect.options().get(DialectOption.INIT)).isEmpty();
    assertThat(dialect.options().get(DialectOption.CPUS)).containsExactly("--cpus", "{}");
    assertThat(dialect.options().get(DialectOption.PIDS))
        .isEqualTo(Docker.DIALECT.options().get(DialectOption.PIDS));
    assertThat(dialect.unsupportedFeatures()).containsExactly(RuntimeFeature.MEMORY);
    assertThat(Docker.DIALECT.unsupportedFeatures()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "option.mout=-, unknown option 'option.mout'; did you mean 'option.mount'?",
    "extend=docker, unknown key 'extend'; did you mean 'extends'?",
    "extends=poodman, 'extends' names an unknown dialect 'poodman'; did you mean 'podman'?",
    "option.mount=--bind={src}:{target}, option.mount has no placeholder '{src}'; did you mean '{",
    "option.init=--init={}, option.init has no placeholder '{}'; this option takes none",
    "option.name=--name, option.name uses no placeholder; write one of [{json}, {}]",
    "word.mount=-, the key 'word.mount' was renamed; write 'option.mount'",
    "word.out-of-memory-verdict=, was renamed; write 'option.out-of-memory-detection'",
    "word.mout=-, the key 'word.mout' was renamed; write 'option.mount'",
  })
  void saysOfWhatItDoesNotUnderstandWhatIsNearest(String line, String message) {
    String base = line.startsWith("extends=") ? "" : "extends=docker\n";
    assertThatThrownBy(() -> read(base + line + "\n"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("Dialect file " + directory.resolve("dialect"))
        .hasMessageContaining(message);
  }

  @Test
  void saysThatItCannotBeRead() {
    assertThatThrownBy(() -> DialectFile.read(directory.resolve("none")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.cli.dialect.file");
  }

  @Test
  void eachWordHasAKeyOfItsOwn() {
    assertThat(List.of(DialectOption.values()))
        .extracting(DialectOption::key)
        .doesNotHaveDuplicates();
    assertThat(DialectOption.READ_ONLY_MOUNT.key()).isEqualTo("read-only-mount");
  }
}
