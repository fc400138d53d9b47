package io.lofn.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.NativeSources.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** build.sh, with copies of the sources. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HelperBuildTest {

  private static final String HERE = NativeSources.here();

  /** Compiles in no time. */
  private static final String SMALL =
      """
      #include "filter.h"
      unsigned short _start(struct sock_filter *filter) { return lofn_filter_for(0, filter); }
      """;

  @TempDir static Path lofnRun;
  @TempDir Path directory;
  private Path sources;
  private Path target;
  private Path program;

  @BeforeAll
  static void buildLofnRun() throws IOException {
    copy(lofnRun.resolve("sources"));
    build(lofnRun.resolve("sources"), lofnRun.resolve("made"), Map.of());
  }

  @BeforeEach
  void copySmallSources() throws IOException {
    sources = directory.resolve("sources");
    target = directory.resolve("made");
    program = target.resolve("lofn-run-" + HERE);
    copy(sources);
    try (Stream<Path> files = Files.list(sources.resolve("c"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".c")).toList()) {
        Files.delete(file);
      }
    }
    Files.writeString(sources.resolve("c/small.c"), SMALL);
  }

  @Test
  void twoBuildsGiveTheSameBytesWhereverAndWhoeverBuilds() throws IOException {
    Path second = directory.resolve("another place/with a longer name");
    copy(second);
    Path temporary = Files.createDirectories(directory.resolve("temporary files"));
    build(
        second,
        target,
        Map.of("TMPDIR", temporary.toString(), "LC_ALL", "C", "TZ", "Asia/Kathmandu"));
    assertThat(program).hasSameBinaryContentAs(lofnRun());
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void theProgramKnowsNothingOfThePlaceWhereItWasBuilt() throws IOException {
    assertThat(new String(Files.readAllBytes(lofnRun()), StandardCharsets.ISO_8859_1))
        .doesNotContain(lofnRun.toString(), System.getProperty("user.dir"), "GCC:");
  }

  @Test
  void theProgramIsStaticAndNoMemoryOfItIsBothWrittenAndExecuted() throws IOException {
    ElfFile elf = new ElfFile(Files.readAllBytes(lofnRun()));
    assertThat(elf.architecture()).isEqualTo(HERE);
    assertThat(elf.isStatic()).isTrue();
    assertThat(elf.hasExecutableStack()).isFalse();
    assertThat(elf.hasWritableCode()).isFalse();
    assertThat(lofnRun()).isExecutable();
  }

  @Test
  void theJarHasTheProgramOfThisArchitecture() throws IOException {
    try (var carried = EmbeddedResources.open("lofn-run-" + HERE)) {
      assertThat(new ElfFile(carried.readAllBytes()).architecture()).isEqualTo(HERE);
    }
  }

  @Test
  void aBuildWithoutACompilerSaysSoAndHasNoProgram() throws IOException {
    Output built = build(sources, target, Map.of("PATH", withoutCompilers().toString()));
    assertThat(built.error())
        .hasLineCount(2)
        .contains("lofn-run is not built for x86_64: there is no x86_64-linux-gnu-gcc.")
        .contains("lofn-run is not built for aarch64: there is no aarch64-linux-gnu-gcc.");
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void aProgramOfOlderSourcesDoesNotOutliveItsCompiler() throws IOException {
    build(sources, target, Map.of());
    age(program);
    build(sources, target, Map.of("PATH", withoutCompilers().toString()));
    assertThat(program).doesNotExist();
  }

  @Test
  void theGccOfAMachineBuildsForThisMachine() throws IOException {
    Path path = withoutCompilers();
    for (String tool : new String[] {"gcc", "as", "ld", "awk", "mv"}) {
      Files.createSymbolicLink(path.resolve(tool), find(tool));
    }
    Output built = build(sources, target, Map.of("PATH", path.toString()));
    assertThat(built.error()).hasLineCount(1).doesNotContain("built for " + HERE);
    assertThat(program).isExecutable();
  }

  @Test
  void whatIsNewerThanItsSourcesIsNotBuiltAgain() throws IOException {
    build(sources, target, Map.of());
    Files.writeString(program, "as it was");
    build(sources, target, Map.of());
    assertThat(program).hasContent("as it was");
  }

  @Test
  void aChangeOfAnySourceBuildsAgain() throws IOException {
    build(sources, target, Map.of());
    byte[] first = Files.readAllBytes(program);
    for (String changed :
        new String[] {"c/build.sh", "c/small.c", "seccomp/calls.txt", "seccomp/filter.awk"}) {
      Files.writeString(program, "as it was");
      Files.setLastModifiedTime(program, FileTime.from(Instant.now().minusSeconds(60)));
      ageAllBut(sources.resolve(changed));
      build(sources, target, Map.of());
      assertThat(program).as(changed).hasBinaryContent(first);
    }
  }

  @Test
  void aMistakeInASourceFailsTheBuildAndLeavesNoProgram() throws IOException {
    build(sources, target, Map.of());
    age(program);
    Files.writeString(sources.resolve("seccomp/calls.txt"), "read 0 63 alow\n");
    Output built = run(sources, target, Map.of());
    assertThat(built.code()).isNotZero();
    assertThat(built.error()).contains("unknown word alow");
    assertThat(program).doesNotExist();
  }

  private static Path lofnRun() {
    return lofnRun.resolve("made/lofn-run-" + HERE);
  }

  private static void copy(Path to) throws IOException {
    for (String part : new String[] {"c", "seccomp"}) {
      Path directory = Files.createDirectories(to.resolve(part));
      try (Stream<Path> files = Files.list(NativeSources.MAIN.resolve(part))) {
        for (Path file : files.toList()) {
          Files.copy(file, directory.resolve(file.getFileName()));
        }
      }
    }
  }

  private static Output build(Path sources, Path target, Map<String, String> environment) {
    Output built = run(sources, target, environment);
    assertThat(built.succeeded()).isEmpty();
    return built;
  }

  private static Output run(Path sources, Path target, Map<String, String> environment) {
    return NativeSources.run(
        environment, "/bin/sh", sources.resolve("c/build.sh").toString(), target.toString());
  }

  /** A directory for PATH with all that build.sh needs but compilers. */
  private Path withoutCompilers() throws IOException {
    Path path = Files.createDirectories(directory.resolve("path"));
    for (String tool : new String[] {"dirname", "mkdir", "find", "grep", "rm", "mktemp"}) {
      Files.createSymbolicLink(path.resolve(tool), find(tool));
    }
    return path;
  }

  private static Path find(String tool) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(place -> Path.of(place, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static void age(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
  }

  private void ageAllBut(Path kept) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.toList()) {
        age(file);
      }
    }
    Files.setLastModifiedTime(kept, FileTime.from(Instant.now()));
  }
}
