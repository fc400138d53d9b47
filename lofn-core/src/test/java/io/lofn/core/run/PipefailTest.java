package io.lofn.core.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.core.plan.RunPlan;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a shell runs a script with the text that lofn puts before it. */
class PipefailTest {

  private static final Tool<String, String> TOOL = Tool.pipe("any");

  /**
   * How a script ended.
   *
   * @param code its exit code
   * @param output what it wrote, to either stream
   */
  private record Ended(int code, String output) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "false | cat ! 1",
        "exit 3 | cat | cat ! 3",
        "true | cat ! 0",
        "false | cat; echo on ! 0",
        "set -e; false | cat; exit 0 ! 1",
        "set +o pipefail; false | cat ! 0",
        "false | cat || true ! 0",
        "yes | head -n 1 >/dev/null ! 141",
      })
  void aPipelineFailsWithAnyOfItsCommands(String script, int code) throws Exception {
    assertThat(run("bash", TOOL.shell(script)).code()).isEqualTo(code);
  }

  @Test
  void aToolMayDoWithoutPipefail() throws Exception {
    assertThat(run("bash", TOOL.shell("false | cat").pipefail(false)).code()).isZero();
    assertThat(run("bash", TOOL.command("sh", "-c", "false | cat")).code()).isZero();
  }

  /** A shell of POSIX that knows no pipefail, as dash is, and one that does. */
  static Stream<List<String>> scriptsOfAllKinds() {
    return Stream.of("sh", "bash")
        .flatMap(
            shell ->
                Stream.of(
                        "",
                        "\n",
                        "# nothing",
                        "#!/bin/sh\necho $0",
                        "exit $?",
                        "exit 7",
                        "echo $? $#",
                        "set -e; true",
                        "set -eu\necho on",
                        "cat <<X; exit 3\nof the document $?\nX",
                        "\n\necho $((\n1 + 1))",
                        "! true",
                        "f() { return 4; }; f",
                        "trap 'echo bye' EXIT; echo hi",
                        "echo 'a\nb' \"c\" \\",
                        "  echo indented",
                        "exec cat",
                        "set -o nonsense",
                        "echo lost >&2; false",
                        "\n\nif")
                    .map(script -> List.of(shell, script)));
  }

  @ParameterizedTest
  @MethodSource("scriptsOfAllKinds")
  void aScriptWithoutAPipelineRunsAsItWouldWithoutPipefail(List<String> shellAndScript)
      throws Exception {
    Tool<String, String> tool = TOOL.shell(shellAndScript.get(1));

    assertThat(run(shellAndScript.get(0), tool))
        .isEqualTo(run(shellAndScript.get(0), tool.pipefail(false)));
  }

  /** What is put before the script adds no line, so that a shell counts right. */
  @Test
  void aShellNamesTheScriptsOwnLines() throws Exception {
    assertThat(run("bash", TOOL.shell("true\nno-such-program\n")).output()).contains("line 2");
  }

  @Test
  void whatIsNotAScriptIsStartedAsItIs() {
    assertThat(RunPlan.argv(TOOL.command("a", "b | c"))).containsExactly("a", "b | c");
    assertThat(RunPlan.argv(TOOL.shell("a").entrypoint("nice")))
        .startsWith("nice", "sh", "-c")
        .last()
        .asString()
        .endsWith("; a");
  }

  private static Ended run(String shell, Tool<?, ?> tool) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(RunPlan.argv(tool));
    assertThat(command.set(0, shell)).isEqualTo("sh");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write("input\n".getBytes(UTF_8));
    } catch (IOException e) {
      // Not every script reads it.
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
