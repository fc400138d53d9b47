package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Outcome;
import io.lofn.runtime.embedded.helper.Lab.Who;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams, exit codes and signals of a run. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunTest {

  static Stream<Who> all() {
    return Who.all();
  }

  @Test
  void printsItsVersion() throws Exception {
    try (Lab lab = new Lab(Who.USER)) {
      Process process = new ProcessBuilder(lab.command("--version")).start();
      assertThat(Lab.outcome(process).succeeded()).isEqualTo("lofn-run 1\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void handsTheBytesBehindTheDocumentToTheTool(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String input = "LOFNRUN1 line\n".repeat(100_000);
      Document document = lab.document().with("stdin", "yes").arguments("cat");
      assertThat(lab.run(document.bytes(), input).succeeded()).isEqualTo(input);
      Document without = lab.document().arguments("cat");
      assertThat(lab.run(without.bytes(), input).succeeded()).isEmpty();
      Document no = lab.document().with("stdin", "no").shell("readlink /proc/self/fd/0; cat");
      assertThat(lab.run(no.bytes(), input).succeeded()).isEqualTo("/dev/null\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void runsAFileAndLeavesItsInputToTheTool(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path file = lab.base.resolve("document");
      Files.write(file, lab.document().with("stdin", "yes").arguments("cat").whole());
      Process process = new ProcessBuilder(lab.command("--file", file.toString())).start();
      process.getOutputStream().write("given\n".getBytes(UTF_8));
      process.getOutputStream().close();
      assertThat(Lab.outcome(process).succeeded()).isEqualTo("given\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void opensAShellInTheSameSandbox(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document = lab.document().with("hostname", "replayed").arguments("false");
      Path file = lab.base.resolve("document");
      Files.write(file, document.whole());
      Process process = new ProcessBuilder(lab.command("--shell", file.toString())).start();
      process
          .getOutputStream()
          .write("hostname; ls /; grep Seccomp_f /proc/self/status; exit 5\n".getBytes(UTF_8));
      process.getOutputStream().close();
      Outcome outcome = Lab.outcome(process);
      assertThat(outcome.code()).isEqualTo(5);
      assertThat(outcome.output())
          .isEqualTo("replayed\nbin\ndev\netc\nproc\nsys\nSeccomp_filters:\t2\n");
      assertThat(lab.runFile(document, "--shell").code()).isZero();
      Process other =
          new ProcessBuilder(lab.command("--shell", file.toString(), "echo", "a b", "c")).start();
      assertThat(Lab.outcome(other).succeeded()).isEqualTo("a b c\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsAsTheToolEnds(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      for (int code : new int[] {0, 1, 3, 125, 126, 127, 255}) {
        for (Document document : List.of(lab.document(), lab.document().with("init", "no"))) {
          assertThat(lab.run(document.shell("exit " + code)).code()).isEqualTo(code);
        }
      }
      for (int signal : new int[] {1, 6, 9, 11, 15}) {
        String kill = "kill -" + signal + " $$";
        assertThat(lab.run(lab.document().shell(kill)).code()).isEqualTo(128 + signal);
      }
    }
  }

  private static void doesNotExecute(Lab lab, int code, String why, String... command)
      throws Exception {
    Outcome outcome = lab.run(lab.document().arguments(command));
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(code);
    assertThat(outcome.isStarted()).isTrue();
    assertThat(outcome.error())
        .startsWith("lofn-run: cannot execute ")
        .contains(why)
        .hasLineCount(1);
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsWith126Or127IfTheProgramCannotBeExecuted(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path bin = lab.root().resolve("bin");
      Files.writeString(bin.resolve("plain"), "echo\n");
      Path script = Files.writeString(bin.resolve("script"), "echo no interpreter\n");
      Path bad = Files.writeString(bin.resolve("bad"), "#!/no/such/interpreter\n");
      assertThat(script.toFile().setExecutable(true, false)).isTrue();
      assertThat(bad.toFile().setExecutable(true, false)).isTrue();
      lab.give(bin);
      doesNotExecute(lab, 127, "no-such-program: ENOENT", "no-such-program");
      doesNotExecute(lab, 127, "/bin/no: ENOENT", "/bin/no");
      doesNotExecute(lab, 127, "ENOTDIR", "/bin/plain/x");
      doesNotExecute(lab, 127, "ENOENT", "");
      doesNotExecute(lab, 127, "ENOENT", "bad");
      doesNotExecute(lab, 126, "EACCES permission denied", "plain");
      doesNotExecute(lab, 126, "EACCES permission denied", "/bin/plain");
      doesNotExecute(lab, 126, "EACCES permission denied", "/bin");
      doesNotExecute(lab, 126, "EACCES permission denied", "./bin");
      doesNotExecute(lab, 126, "ENOEXEC exec format error", "script");
      doesNotExecute(lab, 126, "ENOEXEC exec format error", "/bin/script");
      doesNotExecute(lab, 126, "E2BIG argument list too long", "true", "x".repeat(200_000));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void findsProgramsByThePathOfTheContainer(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path second = Files.createDirectories(lab.root().resolve("opt/second"));
      Files.writeString(lab.root().resolve("bin/tool"), "not executable");
      Path tool = Files.writeString(second.resolve("tool"), "#!/bin/sh\necho \"$0\" \"$@\"\n");
      assertThat(tool.toFile().setExecutable(true, false)).isTrue();
      lab.give(lab.root());
      Document bare = lab.document().without("env");
      Document path = bare.with("env", "A=1").with("env", "PATH=::/none:/bin:/opt/second:");
      assertThat(lab.run(path.arguments("tool", "", "a b")).succeeded())
          .isEqualTo("/opt/second/tool  a b\n");
      assertThat(lab.run(bare.arguments("env")).succeeded()).isEmpty();
      assertThat(lab.run(bare.with("env", "PATH=").arguments("env")).code()).isEqualTo(127);
      assertThat(lab.run(path.with("cwd", "/opt").arguments("second/tool")).succeeded())
          .isEqualTo("second/tool\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void givesVariablesAndArgumentsAsTheyAre(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String odd = "ä\n \t'\"$X\\";
      Document document = lab.document().with("env", "ODD=" + odd).with("env", "EMPTY=");
      Outcome outcome = lab.run(document.arguments("env"));
      byte[] expected = ("PATH=/bin\nODD=" + odd + "\nEMPTY=\n").getBytes(UTF_8);
      assertThat(outcome.succeeded()).isEqualTo(new String(expected, ISO_8859_1));
      String many = "x".repeat(100_000);
      Document large = lab.document();
      for (int i = 0; i < 10; i++) {
        large = large.with("arg", i == 0 ? "echo" : many);
      }
      assertThat(lab.run(large).succeeded()).hasSize(9 * 100_001);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void passesSignalsOnToTheTool(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      for (String signal : List.of("TERM", "INT", "HUP", "QUIT", "USR1", "USR2")) {
        String script = "trap 'echo got; exit 7' %s; echo ready; while :; do sleep 0.01; done";
        Process process = lab.started(lab.document().shell(script.formatted(signal)));
        assertThat(Lab.line(process.getInputStream())).isEqualTo("ready");
        new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
        Outcome outcome = Lab.outcome(process);
        assertThat(outcome.output()).as(signal).isEqualTo("got\n");
        assertThat(outcome.code()).isEqualTo(7);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsTheToolWithoutBlockedOrIgnoredSignals(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      // Not with a shell, which ignores signals itself.
      Document document = lab.document().arguments("grep", "Sig[BI]", "/proc/self/status");
      Files.write(lab.base.resolve("document"), document.whole());
      String command =
          "trap '' TERM PIPE INT; exec "
              + String.join(" ", lab.command("--file", lab.base.resolve("document").toString()));
      Process process = new ProcessBuilder("sh", "-c", command).start();
      String none = "0".repeat(16);
      assertThat(Lab.outcome(process).succeeded())
          .isEqualTo("SigBlk:\t" + none + "\nSigIgn:\t" + none + "\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void reapsWhatTheToolLeavesAndEndsItWithTheTool(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String orphans =
          "for i in 1 2 3 4 5; do (true &); done; (sleep 0.1 &);"
              + " while grep -l '^State:.Z' /proc/[0-9]*/status; do :; done > /dev/null 2>&1;"
              + " while ps | grep -v grep | grep -q sleep; do :; done; echo reaped";
      assertThat(lab.run(lab.document().shell(orphans)).succeeded()).isEqualTo("reaped\n");
      Process process = lab.started(lab.document().shell("(sleep 1000) & exit 3"));
      assertThat(Lab.outcome(process).code()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void keepsNoStreamOpenThatTheToolCloses(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.document().with("stdin", "yes").shell("exec >&- 2>&- 0<&-; sleep 1000");
      Process process = new ProcessBuilder(lab.command()).start();
      process.getOutputStream().write(document.bytes());
      process.getOutputStream().flush();
      InputStream error = process.getErrorStream();
      assertThat(Lab.line(error)).startsWith("started ");
      assertThat(error.read()).isEqualTo(-1);
      assertThat(process.getInputStream().read()).isEqualTo(-1);
      assertThat(process.isAlive()).isTrue();
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void givesTheToolItsThreeStreamsOnly(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Files.write(
          lab.base.resolve("document"), lab.document().arguments("ls", "/proc/self/fd").whole());
      String run = String.join(" ", lab.command("--file", lab.base.resolve("document").toString()));
      // 3 is that of ls itself.
      String open = "exec 7</etc/passwd 8>/dev/null 9<>/dev/null; exec " + run;
      assertThat(Lab.outcome(new ProcessBuilder("sh", "-c", open).start()).succeeded())
          .isEqualTo("0\n1\n2\n3\n");
      String closed = "exec 0<&- 2>&-; exec " + run;
      assertThat(Lab.outcome(new ProcessBuilder("sh", "-c", closed).start()).succeeded())
          .isEqualTo("0\n1\n2\n3\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void letsAUserOfTheContainerOpenItsStreamsAgain(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.as(1000, 1001)
              .with("stdin", "yes")
              .shell("cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr; id");
      Path file = lab.base.resolve("document");
      Files.write(file, document.whole());
      // The pipes are those of who starts the helper, as a JVM's are.
      String pipes = "echo input | \"$@\" 2>&1 | cat";
      Process process =
          new ProcessBuilder(
                  lab.as(List.of("sh", "-c", pipes, "sh", "" + lab.helper(), "--file", "" + file)))
              .start();
      assertThat(Lab.outcome(process).succeeded().replaceFirst("started [0-9]+\n", ""))
          .isEqualTo("input\nout\nerr\nuid=1000 gid=1001\n");
    }
  }
}
