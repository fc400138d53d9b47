package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Outcome;
import io.lofn.runtime.embedded.helper.Lab.Who;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All of lofn-run in a build with a C library and the sanitizers: every step of the set-up. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SanitizedTest {

  private static final Path MAIN = Path.of("src/main").toAbsolutePath();

  @TempDir static Path directory;

  static Stream<Who> all() {
    return Who.all();
  }

  @BeforeAll
  static void compile() throws Exception {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    Path header = directory.resolve("filter.h");
    List<String> awk = new ArrayList<>(List.of("awk", "-v"));
    awk.add("arch=" + (arch.equals("amd64") ? "x86_64" : arch));
    awk.addAll(List.of("-f", MAIN + "/seccomp/filter.awk", MAIN + "/seccomp/calls.txt"));
    Files.writeString(header, Lab.outcome(new ProcessBuilder(awk).start()).succeeded());
    List<String> gcc =
        new ArrayList<>(List.of("gcc", "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror"));
    gcc.addAll(
        List.of("-DLOFN_HOSTED", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"));
    gcc.addAll(List.of("-I" + MAIN + "/seccomp", "-DFILTER_HEADER=\"" + header + "\""));
    gcc.addAll(List.of("-o", directory.resolve("lofn-run").toString()));
    try (Stream<Path> sources = Files.list(MAIN.resolve("c"))) {
      sources.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().forEach(gcc::add);
    }
    Outcome compiled = Lab.outcome(new ProcessBuilder(gcc).start());
    assertThat(compiled.code()).as(compiled.all()).isZero();
  }

  private static Lab lab(Who who) {
    return new Lab(who, directory.resolve("lofn-run"));
  }

  private static void endsWithoutAFault(Outcome outcome, int code) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(code);
    assertThat(outcome.all()).doesNotContain("runtime error", "Sanitizer");
  }

  @ParameterizedTest
  @MethodSource("all")
  void setsEverythingUpThatADocumentCanHave(Who who) throws Exception {
    try (Lab lab = lab(who)) {
      String bound = lab.directory("bound").toString();
      Files.createSymbolicLink(lab.root().resolve("dangling"), Path.of("made/here"));
      lab.give(lab.root());
      Document document =
          lab.as(1000, 1000)
              .with("parent", "" + ProcessHandle.current().pid())
              .with("hostname", "sanitized")
              .with("cwd", "/etc")
              .with("env", "LONG=" + "x".repeat(100_000))
              .with("bind", "ro", bound, "/a/b/c/../d")
              .with("bind", "rw", bound, "/dangling/deep")
              .with("tmpfs", "65536", "0700", "/memory")
              .with("text", "/etc/hosts", "x".repeat(10_000))
              .with("shm", "65536")
              .with("device", "/dev/zero", "/dev/own")
              .with("cap", "0")
              .with("cap", "40")
              .with("rlimit", "7", "64", "64")
              .with("rlimit", "6", "100", "100")
              .with("stdin", "yes");
      String script = "cat; ls /a/b/d /dangling/deep; exit 9";
      Outcome outcome = lab.run(document.shell(script).bytes(), "input\n");
      endsWithoutAFault(outcome, 9);
      assertThat(outcome.output()).startsWith("input\n");
      for (Document more :
          List.of(
              document.with("upper", "1000000"),
              document.with("network", "host"),
              document.with("init", "no"),
              document.with("seccomp", "off"),
              document.with("privileges", "new"))) {
        endsWithoutAFault(lab.run(more.shell(script).bytes(), ""), 9);
      }
      endsWithoutAFault(lab.runFile(document.shell(script).without("parent"), "--shell"), 0);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void failsWithoutAFaultOfItsOwn(Who who) throws Exception {
    try (Lab lab = lab(who)) {
      Document good = lab.document();
      String longest = "/" + "x/".repeat(2047);
      for (Document bad :
          List.of(
              good.with("bind", "ro", "/nowhere", "/x"),
              good.with("bind", "ro", "/etc", longest),
              good.with("bind", "ro", "/etc", "/" + "x".repeat(300)),
              good.with("bind", "ro", "/etc/passwd", "/bin"),
              good.with("cwd", longest),
              good.with("cgroup", "/nowhere"),
              good.with("rlimit", "7", "1", "unlimited"),
              good.with("parent", "1"),
              good.without("root").with("root", longest))) {
        Outcome outcome = lab.run(bad.arguments("true").bytes(), "");
        endsWithoutAFault(outcome, 125);
        assertThat(outcome.all()).startsWith("lofn-run: cannot ").hasLineCount(1);
      }
      endsWithoutAFault(lab.run(good.with("env", "PATH=").arguments("x")), 127);
      endsWithoutAFault(lab.run(good.arguments("x".repeat(100_000))), 126);
      endsWithoutAFault(lab.run(good.arguments("/bin/" + "x/".repeat(2000))), 127);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void checksTheNode(Who who) throws Exception {
    try (Lab lab = lab(who)) {
      Outcome outcome = Lab.outcome(new ProcessBuilder(lab.command("--check")).start());
      endsWithoutAFault(outcome, 0);
      assertThat(outcome.output()).endsWith("\"reason\":\"\"}\n");
    }
  }
}
