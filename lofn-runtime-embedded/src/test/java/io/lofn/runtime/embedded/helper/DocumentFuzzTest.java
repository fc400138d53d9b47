package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads documents by a build of the parser with the address and undefined behaviour sanitizers: a
 * corpus, and mutations of it. {@code document_fuzz FIRST COUNT FILE...} takes as many as one has
 * time for.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DocumentFuzzTest {

  private static final Path TESTS = Path.of("src/test/c").toAbsolutePath();
  private static final Path MAIN = Path.of("src/main/c").toAbsolutePath();

  @TempDir static Path directory;

  @BeforeAll
  static void compile() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("gcc", "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror"));
    command.addAll(
        List.of("-DLOFN_HOSTED", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"));
    command.addAll(List.of("-I", MAIN.toString(), "-o", directory.resolve("fuzz").toString()));
    for (Path source :
        List.of(
            TESTS.resolve("document_fuzz.c"), MAIN.resolve("document.c"), MAIN.resolve("text.c"))) {
      command.add(source.toString());
    }
    Lab.Outcome compiled = Lab.outcome(new ProcessBuilder(command).start());
    assertThat(compiled.code()).as(compiled.all()).isZero();
  }

  private static List<Path> corpus(String begin) throws Exception {
    try (Stream<Path> files = Files.list(TESTS.resolve("corpus"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(begin))
          .sorted()
          .toList();
    }
  }

  private static String fuzz(long first, long count, List<Path> files) throws Exception {
    List<String> command = new ArrayList<>(List.of(directory.resolve("fuzz").toString()));
    command.addAll(List.of("" + first, "" + count));
    files.forEach(file -> command.add(file.toString()));
    return Lab.outcome(new ProcessBuilder(command).start()).succeeded();
  }

  @Test
  void acceptsTheGoodDocumentsOfTheCorpusAndNoBadOne() throws Exception {
    List<Path> good = corpus("good-");
    List<Path> bad = corpus("bad-");
    assertThat(fuzz(0, 0, good))
        .startsWith("corpus %d good %d\n".formatted(good.size(), good.size()));
    assertThat(fuzz(0, 0, bad)).startsWith("corpus %d good 0\n".formatted(bad.size()));
  }

  @Test
  void readsNoByteTooFarInMutationsOfTheCorpus() throws Exception {
    assertThat(fuzz(0, 300_000, corpus(""))).contains("mutations 300000 good ");
  }
}
