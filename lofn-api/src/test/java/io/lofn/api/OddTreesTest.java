package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and directories that a tool may leave and Java cannot list. */
class OddTreesTest {

  /** Directories below {@code deep} whose paths are longer than the system accepts. */
  private static final String CHAIN =
      "n=$(printf %0200d 7); mkdir deep; cd deep; for i in $(seq 30); do mkdir $n; cd -P $n; done;"
          + " : > file";

  @TempDir private Path exchange;

  @AfterEach
  void delete() throws Exception {
    shell("rm -rf deep");
  }

  private void shell(String script) throws Exception {
    Process shell =
        new ProcessBuilder("bash", "-ec", script)
            .directory(exchange.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as(said).isZero();
  }

  private List<String> names(OutputReader<String> reader) throws IOException {
    InputSnapshot none = InputSnapshot.empty(exchange);
    try (Stream<String> names = reader.read(new DirectoryRun(exchange, none, true))) {
      return names.toList();
    }
  }

  private static OutputReader<String> matching(String glob) {
    return OutputFiles.matching(glob).orNone().text((name, text) -> name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out*", "out/*", "{a,out}/*.txt", "*", "out/**", "d?ep", "deeper/**"})
  void aDirectoryThatCannotBeEnteredFailsNothingThatCannotMatchBelow(String glob) throws Exception {
    shell("mkdir out a deeper; for i in out.txt out/x.txt deeper/x; do echo x > $i; done");
    List<String> before = names(matching(glob + "{,.txt}"));
    shell(CHAIN);

    assertThat(names(matching(glob + "{,.txt}"))).isEqualTo(before);
    assertThat(names(OutputFiles.matching("out.txt").orNone().text((name, text) -> name)))
        .containsExactly("out.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"**", "deep/**", "**/x.txt", "{out,deep}/**", "d?ep/**.txt", "[a-e]*/**"})
  void elseItIsAFailureThatNamesIt(String glob) throws Exception {
    shell("mkdir out; echo x > out/x.txt");
    shell(CHAIN);

    assertThatThrownBy(() -> names(matching(glob)))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("The exchange cannot be listed at 'deep/000");
  }

  @Test
  void aReaderOfADirectoryGoesByWhereItIs() throws Exception {
    shell("mkdir out; echo x > out/x.txt");
    shell(CHAIN);
    OutputReader<BinaryFile> out = BinaryFile.fromDirectory("out");
    OutputReader<BinaryFile> deep = BinaryFile.fromDirectory("deep");
    DirectoryRun run = new DirectoryRun(exchange, InputSnapshot.empty(exchange), true);

    try (Stream<BinaryFile> files = out.read(run)) {
      assertThat(files.map(BinaryFile::name)).containsExactly("x.txt");
    }
    assertThatThrownBy(() -> deep.read(run)).isInstanceOf(LofnException.class);
  }

  @Test
  void aPlainPredicateMayMatchAnywhere() throws Exception {
    shell("echo x > out");
    shell(CHAIN);
    Predicate<String> one = "out"::equals;

    assertThatThrownBy(() -> InputSnapshot.empty(exchange).outputs(one, Set.of()))
        .isInstanceOf(LofnException.class);
  }

  /** Both would have the same name. */
  @Test
  void namesThatDifferOnlyInBytesThatAreNotUtf8AreNamed() throws Exception {
    shell("echo a > $'a\\xff.txt'; echo b > $'a\\xfe.txt'; echo c > $'\\xef\\xbf\\xbd.txt'");

    assertThatThrownBy(() -> names(matching("a*")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("a\\xfe.txt")
        .hasMessageContaining("a\\xff.txt")
        .hasMessageContaining("not UTF-8");
    assertThat(names(matching("\uFFFD*"))).containsExactly("\uFFFD.txt");
    assertThat(Files.exists(exchange)).isTrue();
  }
}
