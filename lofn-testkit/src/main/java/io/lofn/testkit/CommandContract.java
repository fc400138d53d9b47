package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Command, user, working directory and environment of a container. */
interface CommandContract extends Topic {

  /** Texts that a shell, a command-line parser or a template would change. */
  List<String> AWKWARD =
      List.of(
          "two words",
          " around ",
          "it's",
          "\"double\"",
          "$HOME",
          "$(id)",
          "`id`",
          "${x:-y}",
          "line\nbreak\n",
          "tab\tcarriage\r",
          "back\\slash\\n",
          "a=b=c",
          "a,b:c;d&e|f>g<h!",
          "*?[a-z]{b,c}~#",
          "%s%d%%",
          "{{.Name}}",
          "größe ☃ 𝄞",
          "");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 125, 126, 127, 255})
  default void reportsTheExitCode(int code) throws Exception {
    assertThat(lab().run(lab().shell("exit " + code)).code()).isEqualTo(code);
  }

  @Test
  default void reportsTheSignalThatEndedTheTool() throws Exception {
    assertThat(lab().run(lab().shell("kill -9 $$")).code()).isEqualTo(137);
  }

  @Test
  default void passesArgumentsAsTheyAre() throws Exception {
    List<String> arguments =
        Stream.concat(AWKWARD.stream(), Stream.of("-n", "--", "--rm", "-v=/:/x", "")).toList();
    List<String> argv =
        Stream.concat(
                Stream.of("sh", "-c", "for a; do printf '%s\\0' \"$a\"; done", "sh"),
                arguments.stream())
            .toList();

    Outcome outcome = lab().run(lab().spec().command(argv));

    assertThat(outcome.stdout().split("\0", -1))
        .containsExactlyElementsOf(Stream.concat(arguments.stream(), Stream.of("")).toList());
    assertThat(outcome.stderr()).isEmpty();
  }

  @Test
  default void passesArgumentsWithoutAShell() throws Exception {
    assertThat(lab().run(lab().command("echo", "$HOME", ">", "x", "; exit 3")).stdout())
        .isEqualTo("$HOME > x ; exit 3\n");
  }

  @Test
  default void passesALongArgument() throws Exception {
    String text = "0123456789".repeat(12_000);
    assertThat(lab().run(lab().command("echo", text)).stdout()).isEqualTo(text + "\n");
  }

  @Test
  default void givesArgumentsToTheImagesEntrypoint() throws Exception {
    // The image has no entrypoint, so the arguments are the command.
    ContainerLab.OutcomeAssertion ran =
        outcome -> assertThat(outcome.stdout()).isEqualTo("two words\n");
    lab()
        .ask(
            RuntimeFeature.IMAGE_COMMAND,
            lab().spec().arguments(List.of("echo", "two words")),
            ran,
            ran);
  }

  @Test
  default void runsWhatTheImageSaysWithoutACommand() throws Exception {
    ContainerLab.OutcomeAssertion ran =
        outcome -> {
          assertThat(outcome.stdout()).isEqualTo("from the shell\n");
          assertThat(outcome.code()).isEqualTo(4);
        };
    lab()
        .ask(
            RuntimeFeature.IMAGE_COMMAND,
            lab().spec().stdin(),
            "echo from the shell; exit 4\n",
            ran,
            ran);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lofn-no-such-program", "/no/such/lofn-no-such-program"})
  default void endsWith127IfTheProgramDoesNotExist(String program) throws Exception {
    Outcome outcome = lab().run(lab().command(program, "argument"));
    assertThat(outcome.code()).isEqualTo(127);
    assertThat(outcome.stderr()).containsAnyOf(program, "No such file or directory");
    assertThat(outcome.stdout()).isEmpty();
  }

  @Test
  default void endsWith126IfTheProgramIsNotExecutable() throws Exception {
    Outcome outcome = lab().run(lab().command("/etc/passwd"));
    assertThat(outcome.code()).isEqualTo(126);
    assertThat(outcome.stderr()).containsAnyOf("/etc/passwd", "Permission denied");
  }

  @Test
  default void endsWith126IfTheProgramIsADirectory() throws Exception {
    Outcome outcome = lab().run(lab().command("/tmp"));
    assertThat(outcome.code()).isEqualTo(126);
    assertThat(outcome.stderr()).containsAnyOf("/tmp", "Permission denied");
  }

  /** The exit code does not matter: any text on standard output would become a wrong record. */
  @ParameterizedTest
  @ValueSource(strings = {"lofn-no-such-program", "/etc/passwd", "/etc/passwd/x", "/tmp"})
  default void writesNothingToTheOutputOfAToolThatCannotBeExecuted(String program)
      throws Exception {
    Outcome outcome = lab().run(lab().command(program).stdin(), "");
    assertThat(outcome.stdout()).isEmpty();
    assertThat(outcome.stderr()).isNotEmpty();
    assertThat(outcome.code()).isIn(1, 126, 127);
  }

  @Test
  default void passesTheEnvironmentAsItIs() throws Exception {
    ContainerSettings.Builder settings = lab().settings();
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < AWKWARD.size(); i++) {
      settings.environment("LOFN_" + i, AWKWARD.get(i));
      script.append("printf '%s\\0' \"${LOFN_").append(i).append("-unset}\";");
    }

    Outcome outcome = lab().run(lab().shell(script.toString()).settings(settings.build()));

    assertThat(outcome.stdout().split("\0", -1))
        .containsExactlyElementsOf(Stream.concat(AWKWARD.stream(), Stream.of("")).toList());
  }

  @Test
  default void keepsTheEnvironmentOfThisProcessToItself() throws Exception {
    Set<String> common =
        Set.of(
            "PATH", "HOME", "HOSTNAME", "LANG", "TERM", "PWD", "OLDPWD", "SHLVL", "container", "_");

    Set<String> leaked =
        lab()
            .run(lab().command("env"))
            .stdout()
            .lines()
            .map(line -> line.replaceFirst("=.*", ""))
            .filter(System.getenv()::containsKey)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(common).containsAll(leaked);
  }

  @Test
  default void startsInTheImagesDirectoryUnlessTold() throws Exception {
    assertThat(lab().run(lab().command("pwd")).stdout()).startsWith("/");
  }

  @Test
  default void startsInTheDirectoryItIsTold() throws Exception {
    ContainerSettings settings = lab().settings().workingDirectory("/tmp").build();
    assertThat(lab().run(lab().command("pwd").settings(settings)).stdout()).isEqualTo("/tmp\n");
  }

  @Test
  default void runsAsTheUserOfThisProcess(@TempDir Path directory) throws Exception {
    String user = Owner.of(Files.createFile(directory.resolve("mine"))).toString();
    assertThat(lab().run(whoAmI(user)).stdout()).isEqualTo(user + "\n");
  }

  @Test
  default void runsAsAUserThatTheImageDoesNotKnow(@TempDir Path directory) throws Exception {
    String own = Owner.of(Files.createFile(directory.resolve("mine"))).toString();
    lab()
        .ask(
            RuntimeFeature.USERS,
            whoAmI("12345:23456"),
            outcome -> assertThat(outcome.stdout()).isEqualTo("12345:23456\n"),
            outcome -> assertThat(outcome.stdout()).isEqualTo(own + "\n"));
  }

  @Test
  default void refusesTheNameOfAUserThatTheImageDoesNotKnow() throws Exception {
    if (lab().isUnsupported(RuntimeFeature.USERS)) {
      lab()
          .ask(
              RuntimeFeature.USERS,
              whoAmI("lofn-no-such-user"),
              outcome -> {},
              outcome -> assertThat(outcome.code()).isZero());
    } else {
      lab().assertRefused(whoAmI("lofn-no-such-user"));
    }
  }

  private ContainerSpec.Builder whoAmI(String user) {
    return lab().shell("echo $(id -u):$(id -g)").settings(lab().settings().user(user).build());
  }

  @Test
  default void understandsTheEnginesWordsOrRefusesThem() throws Exception {
    lab()
        .ask(
            RuntimeFeature.ENGINE_OPTIONS,
            lab()
                .shell("echo $LOFN_OPTION")
                .settings(
                    lab().settings().engineOptions(List.of("--env=LOFN_OPTION=two words")).build()),
            outcome -> assertThat(outcome.stdout()).isEqualTo("two words\n"),
            outcome -> assertThat(outcome.stdout()).isEqualTo("\n"));
  }

  @Test
  default void refusesOptionsThatNoEngineKnows() {
    lab()
        .assertRefused(
            lab()
                .command("true")
                .settings(
                    lab().settings().engineOptions(List.of("--lofn-no-such-option")).build()));
  }
}
