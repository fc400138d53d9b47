package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Who;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing outlives who started it, and nothing ends because the thread did that started it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifeTest {

  private static final String FOREVER =
      "(trap '' TERM; echo up; exec sleep 1001) & exec sleep 1002";

  static Stream<Who> all() {
    return Who.all();
  }

  /** All processes below one, from the tool to the process itself. */
  private static List<ProcessHandle> tree(ProcessHandle process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process);
    return all;
  }

  private static void allEnd(List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  /** The helper, process 1, and both processes of the tool. */
  private static List<ProcessHandle> treeOfFour(Process started, ProcessHandle helper)
      throws IOException {
    assertThat(Lab.line(started.getInputStream())).isEqualTo("up");
    List<ProcessHandle> tree = tree(helper);
    assertThat(tree).hasSize(4);
    return tree;
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsWithTheHelper(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Process process = lab.started(lab.document().shell(FOREVER));
      List<ProcessHandle> tree = treeOfFour(process, process.toHandle());
      process.destroyForcibly();
      allEnd(tree);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsWithProcess1WhosePidItSays(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Process process = lab.start(lab.document().shell(FOREVER).bytes(), new byte[0]);
      long init = Long.parseLong(Lab.line(process.getErrorStream()).substring("started ".length()));
      List<ProcessHandle> tree = treeOfFour(process, process.toHandle());
      assertThat(process.children().map(ProcessHandle::pid)).containsExactly(init);
      assertThat(ProcessHandle.of(init).orElseThrow().destroyForcibly()).isTrue();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(137);
      // The helper ends last.
      tree.remove(tree.size() - 1);
      assertThat(tree).noneMatch(ProcessHandle::isAlive);
    }
  }

  /** A set-up may take long, as on a file system that hangs; this one has many mounts. */
  @ParameterizedTest
  @MethodSource("all")
  void endsWithTheHelperDuringTheSetUpToo(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document = lab.document().with("upper", "100000000").shell(FOREVER);
      for (int i = 0; i < 3000; i++) {
        document = document.with("text", "/file" + i, "text");
      }
      Process process = lab.start(document.bytes(), new byte[0]);
      List<ProcessHandle> below = List.of();
      while (below.isEmpty() && process.isAlive()) {
        below = process.descendants().toList();
      }
      process.destroyForcibly();
      assertThat(below).isNotEmpty();
      allEnd(below);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hearsOfTheEndOfAToolWhereItsParentIgnoresEndsOfChildren(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path file =
          Files.write(
              lab.base.resolve("document"), lab.document().shell("(exit 3) & exit 7").whole());
      List<String> command =
          new ArrayList<>(List.of("sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"));
      command.addAll(lab.command("--file", file.toString()));
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      assertThat(Lab.outcome(process).code()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void leavesNamedPipesToTheirOwners(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path pipe = lab.base.resolve("pipe");
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      Object before = Files.getAttribute(pipe, "unix:uid");
      Path file =
          Files.write(lab.base.resolve("document"), lab.as(1000, 1000).shell("id -u").whole());
      List<String> command =
          new ArrayList<>(List.of("sh", "-c", "exec 0<>\"$0\"; exec \"$@\"", pipe.toString()));
      command.addAll(lab.command("--file", file.toString()));
      Process process = new ProcessBuilder(command).start();
      assertThat(Lab.outcome(process).output()).isEqualTo("1000\n");
      assertThat(Files.getAttribute(pipe, "unix:uid")).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsWithTheProcessThatStartedIt(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String script = "read file; \"$@\" --file \"$file\" & wait";
      List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
      command.addAll(lab.command());
      Process parent = new ProcessBuilder(command).start();
      Document document =
          lab.document().with("parent", "" + parent.pid()).shell("echo begun >&2; " + FOREVER);
      Path file = Files.write(lab.base.resolve("document"), document.whole());
      parent.getOutputStream().write((file + "\n").getBytes(UTF_8));
      parent.getOutputStream().flush();
      assertThat(Lab.line(parent.getErrorStream())).isEqualTo("begun");
      List<ProcessHandle> tree = treeOfFour(parent, parent.children().findFirst().orElseThrow());
      parent.destroyForcibly();
      allEnd(tree);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void endsWithTheProcessThatStartedItWhileItWaitsForTheRestToo(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      // The pipe of the document stays open: another process holds it, too.
      String script = "read file; \"$@\" < \"$file\" & wait";
      List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
      command.addAll(lab.command());
      Process parent = new ProcessBuilder(command).start();
      Path pipe = lab.base.resolve("pipe");
      assertThat(new ProcessBuilder("mkfifo", "-m", "666", pipe.toString()).start().waitFor())
          .isZero();
      parent.getOutputStream().write((pipe + "\n").getBytes(UTF_8));
      parent.getOutputStream().flush();
      try (OutputStream document = Files.newOutputStream(pipe)) {
        document.write(lab.document().with("parent", "" + parent.pid()).first());
        List<ProcessHandle> tree = tree(parent.toHandle());
        while (tree.size() < 3) { // with process 1
          tree = tree(parent.toHandle());
        }
        parent.destroyForcibly();
        allEnd(tree);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void waitsForTheRestOfADocumentAsLongAsItTakes(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document = lab.document().with("stdin", "yes").shell("cat");
      Process process = new ProcessBuilder(lab.command()).start();
      OutputStream stdin = process.getOutputStream();
      stdin.write(document.first());
      stdin.flush();
      while (process.children().findAny().isEmpty()) { // process 1 waits
        assertThat(process.isAlive()).isTrue();
      }
      for (byte each : document.rest()) {
        stdin.write(each);
        stdin.flush();
      }
      stdin.write("input".getBytes(UTF_8));
      stdin.close();
      assertThat(Lab.outcome(process).succeeded()).isEqualTo("input");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void livesOnWhenTheThreadThatStartedItEnds(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.document()
              .with("parent", Long.toString(ProcessHandle.current().pid()))
              .with("stdin", "yes")
              .shell("read line; echo $line");
      List<Process> started = new ArrayList<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  started.add(new ProcessBuilder(lab.command()).start());
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      thread.start();
      thread.join();
      Process process = started.get(0);
      process.getOutputStream().write(document.bytes());
      process.getOutputStream().flush();
      assertThat(Lab.line(process.getErrorStream())).startsWith("started ");
      process.getOutputStream().write("alive\n".getBytes(UTF_8));
      process.getOutputStream().close();
      assertThat(Lab.outcome(process).succeeded()).isEqualTo("alive\n");
    }
  }
}
