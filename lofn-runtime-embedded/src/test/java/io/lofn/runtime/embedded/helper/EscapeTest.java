package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Outcome;
import io.lofn.runtime.embedded.helper.Lab.Who;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tool, or an image, may try against lofn-run and the node. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EscapeTest {

  static Stream<Who> all() {
    return Who.all();
  }

  private static void addEscape(Lab lab) throws Exception {
    Path source = Path.of("src/test/c/escape.c").toAbsolutePath();
    Path program = lab.root().resolve("bin/escape");
    Process gcc =
        new ProcessBuilder(
                "gcc",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-static",
                "-o",
                "" + program,
                "" + source)
            .start();
    assertThat(Lab.outcome(gcc).code()).isZero();
    lab.give(program);
  }

  @ParameterizedTest
  @MethodSource("all")
  void opensTracesAndMountsNothing(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      addEscape(lab);
      for (int id : new int[] {0, 1000}) {
        for (Document document :
            List.of(
                lab.as(id, id),
                lab.as(id, id).with("upper", "1000000"),
                lab.as(id, id).with("network", "host"),
                lab.as(id, id).with("privileges", "new"))) {
          Outcome outcome = lab.run(document.arguments("escape"));
          assertThat(outcome.succeeded()).isEqualTo("tried 78\n");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void opensNothingOfProcess1WithoutTheFilterEither(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      addEscape(lab);
      Document document = lab.as(1000, 1000).with("seccomp", "off").arguments("escape");
      assertThat(lab.run(document).succeeded())
          .doesNotContain("/proc/", "PTRACE", "process_vm", "pidfd_getfd", "/sys/");
    }
  }

  /** Process 1 executes the tool, so a tool that is called /proc/self/exe is lofn-run itself. */
  @ParameterizedTest
  @MethodSource("all")
  void isNoFileThatTheToolCanChangeWhereTheToolIsTheHelperItself(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      addEscape(lab);
      byte[] before = Files.readAllBytes(lab.helper());
      assertThat(lab.run(lab.document().arguments("/proc/self/exe", "--version")).succeeded())
          .isEqualTo("lofn-run 1\n");
      Files.createSymbolicLink(lab.root().resolve("bin/link"), Path.of("/proc/self/exe"));
      Document document = lab.as(lab.id(), lab.id()).with("stdin", "yes").arguments("/bin/link");
      Process process = new ProcessBuilder(lab.command()).start();
      process.getOutputStream().write(document.bytes());
      process.getOutputStream().flush();
      long init = Long.parseLong(Lab.line(process.getErrorStream()).substring("started ".length()));
      // It waits for a document. Its user tries it, with all that is open outside, too.
      ProcessHandle tool =
          ProcessHandle.of(init).orElseThrow().children().findFirst().orElseThrow();
      String file = "/proc/" + tool.pid() + "/exe";
      String link = "";
      while (!link.startsWith("/memfd:")) {
        assertThat(tool.isAlive()).isTrue();
        link = Lab.outcome(new ProcessBuilder(lab.as(List.of("readlink", file))).start()).output();
      }
      assertThat(link).isEqualTo("/memfd:lofn-run (deleted)\n");
      Process escape =
          new ProcessBuilder(lab.as(List.of(lab.root() + "/bin/escape", file))).start();
      assertThat(Lab.outcome(escape).succeeded()).isEqualTo("tried 3\n");
      process.getOutputStream().close();
      assertThat(Lab.outcome(process).code()).isEqualTo(125);
      assertThat(Files.readAllBytes(lab.helper())).isEqualTo(before);
    }
  }

  /**
   * What is mounted on a link of the image, or hidden below one, would be at places of its choice.
   */
  @ParameterizedTest
  @MethodSource("all")
  void refusesImagesWithALinkWhereTheKernelsOwnFilesBelong(Who who) throws Exception {
    for (String name : List.of("proc", "sys", "dev")) {
      for (String target : List.of("/", ".", "x/..", "x/../x/../x/../p", "/bin", "nowhere")) {
        try (Lab lab = new Lab(who)) {
          Path root = lab.root();
          Files.createDirectories(root.resolve("x"));
          Files.createDirectories(root.resolve("p"));
          Files.deleteIfExists(root.resolve(name));
          Files.createSymbolicLink(root.resolve(name), Path.of(target));
          lab.give(root);
          Outcome outcome = lab.run(lab.document().arguments("true"));
          assertThat(outcome.code()).as(name + " -> " + target).isEqualTo(125);
          assertThat(outcome.error())
              .contains("cannot mount on what must be a directory of the image: /" + name);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void mountsNothingOnTheRootItself(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path source = Files.createDirectories(lab.directory("source"));
      Files.createSymbolicLink(lab.root().resolve("link"), Path.of("/"));
      lab.give(lab.root());
      for (String target : List.of("/link", "/", "/bin/..")) {
        Document document = lab.document().with("bind", "rw", source.toString(), target);
        assertThat(lab.run(document.arguments("true")).error()).contains("EBUSY");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void ledByNoLinkOfTheImageOutOfTheRoot(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path outside = lab.directory("outside");
      Path source = Files.createDirectories(lab.directory("source"));
      Files.writeString(source.resolve("file"), "of the source\n");
      Path root = lab.root();
      Files.createSymbolicLink(root.resolve("absolute"), outside);
      Files.createSymbolicLink(root.resolve("relative"), Path.of("../outside"));
      Files.createSymbolicLink(root.resolve("deep"), Path.of("../../../../../../../.." + outside));
      Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
      Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
      Files.createSymbolicLink(root.resolve("dangling"), Path.of("made/here"));
      lab.give(root);
      for (String target :
          List.of(
              "/absolute",
              "/relative/x",
              "/deep/x/y",
              "/up/outside",
              "/../../x",
              "/dangling",
              "/dangling/x")) {
        for (boolean writable : new boolean[] {true, false}) {
          Document document = lab.document().with("bind", "ro", source.toString(), target);
          document = writable ? document.with("upper", "1000000") : document;
          document =
              document
                  .with("text", target + ".text", "text")
                  .with("tmpfs", "65536", "1777", target + ".tmpfs");
          String show =
              "cat %s/file; cat %s.text; df %s.tmpfs >/dev/null && echo"
                  .formatted(target, target, target);
          assertThat(lab.run(document.shell(show)).succeeded())
              .as(target)
              .isEqualTo("of the source\ntext\n");
        }
      }
      assertThat(
              lab.run(lab.document().with("bind", "ro", "" + source, "/loop/x").arguments("true"))
                  .code())
          .isEqualTo(125);
      assertThat(outside).isEmptyDirectory();
      assertThat(Files.exists(lab.base.resolve("x"))).isFalse();
      assertThat(Files.exists(root.resolve("made"))).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void showsNoPathOrVariableOfTheNode(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Outcome outcome =
          lab.run(
              lab.document()
                  .shell(
                      "cat /proc/1/cmdline; ls -l /proc/1/exe; cat /proc/1/environ; ls /proc/1/cwd"));
      assertThat(outcome.output()).startsWith("lofn-run\0").doesNotContain(lab.base.toString());
      assertThat(outcome.error()).contains("Permission denied");
      assertThat(lab.run(lab.document().arguments("cat", "/proc/self/mountinfo")).succeeded())
          .doesNotContain(lab.base.toString());
    }
  }
}
