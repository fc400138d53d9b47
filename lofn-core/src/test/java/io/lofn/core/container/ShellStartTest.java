package io.lofn.core.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.ProcessEngine;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.shell.ExecStatus;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell does between its own beginning and that of the command. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShellStartTest {

  private static final ProcessIdentity ME = ProcessIdentity.current();
  private static final ProcessIdentity ELSEWHERE =
      new ProcessIdentity(
          ME.host(), ME.machine(), "another boot", ME.namespace(), ME.pid(), ME.start());

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final ProcessEngine engine = new ProcessEngine();
  private ProcessIdentity owner = ME;

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
    clock.shutdownNow();
  }

  private record Ended(String stdout, String stderr, int code, boolean began) {}

  /** Each way on which the streams may come, with each kind of shell. */
  static Stream<List<String>> ways() {
    return Stream.of("pipes", "attached")
        .flatMap(way -> Stream.of("sh", "bash").map(shell -> List.of(way, shell)));
  }

  private void use(List<String> way) throws IOException {
    owner = way.get(0).equals("pipes") ? ME : ELSEWHERE;
    if (way.get(1).equals("bash")) { // bash is another one where it is called sh
      Path bash =
          Arrays.stream(System.getenv("PATH").split(":"))
              .map(entry -> Path.of(entry, "bash"))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      engine.shell = List.of(Files.createSymbolicLink(directory.resolve("sh"), bash).toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo banner",
        "echo; echo banner",
        "printf banner",
        "echo 'lofn: banner'",
        "echo lofn:00000000-0000-0000-0000-000000000000; printf banner",
        "echo banner >&2",
        "echo banner; sleep 0.2; printf more >&2"
      })
  void whatAShellSaysBeforeTheCommandIsItsStandardErrorAndNoRecord(String banner) throws Exception {
    engine.shell = List.of("sh", "-c", banner + "; exec sh \"$@\"", "sh");
    for (ProcessIdentity each : List.of(ME, ELSEWHERE)) {
      owner = each;
      Ended ended = run(start(true, 0), "sh", "-c", "cat; echo own >&2");

      assertThat(ended.stdout).isEqualTo("input");
      assertThat(ended.stderr).contains("banner", "own\n");
      assertThat(ended.code).isZero();
      assertThat(ended.began).isTrue();
    }
  }

  @Test
  void aShellThatSaysTooMuchIsAFailureThatShowsIt() {
    engine.shell = List.of("sh", "-c", "yes banner");

    assertThatThrownBy(() -> run(start(true, 0), "cat"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("more than 65536 bytes")
        .hasMessageContaining("banner")
        .message()
        .hasSizeLessThan(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 1", "exit 2", "kill -9 $$", "echo banner; exit 0"})
  void anImageIsNotTakenForOneWithoutAShellBecauseItsShellFails(String failure) throws Exception {
    PipedContainers containers = containers();
    engine.shell = List.of("sh", "-c", failure);
    assertThat(run(containers, start(true, 0), spec("cat")).stdout).isEqualTo("input");
    engine.shell = List.of("sh");

    Ended ended = run(containers, start(true, 0), spec("readlink", "/proc/self/fd/1"));

    assertThat(ended.stdout).endsWith("/out\n");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aCommandThatCannotBeExecutedIsToldWhateverTheWayAndTheReason(List<String> way)
      throws Exception {
    use(way);
    Path script = Files.writeString(directory.resolve("script"), "#!/no/such/program\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    for (String program :
        List.of(
            "no-such-program", "/no/such", "/etc/passwd", "/etc/passwd/x", "/tmp", "" + script)) {
      Ended ended = run(start(true, 0), program, "argument");

      assertThat(ended.began).as(program).isFalse();
      assertThat(ended.code).as(program).isIn(126, 127);
      assertThat(ended.stdout).isEmpty();
      assertThat(ended.stderr).contains(program).doesNotContainPattern("lofn:[0-9a-f]{8}-");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aCommandThatEndsAsOneThatCannotBeExecutedHasBegun(List<String> way) throws Exception {
    use(way);
    for (int code : new int[] {0, 1, 125, 126, 127}) {
      Ended ended = run(start(true, 0), "sh", "-c", "echo 'lofn:x failed' >&2; exit " + code);

      assertThat(ended.began).isTrue();
      assertThat(ended.code).isEqualTo(code);
      assertThat(ended.stderr).isEqualTo("lofn:x failed\n");
    }
  }

  @Test
  void aCommandWithoutRecordsInItsStreamsHasAWitnessWhereItAcceptsFurtherExitCodes()
      throws Exception {
    assertThat(run(start(false, 0, 127), "no-such-program").began).isFalse();
    assertThat(run(start(false, 0, 1), "false").began).isTrue();
    assertThat(engine.started).allMatch(argv -> argv.get(0).equals("sh"));
  }

  @ParameterizedTest
  @ValueSource(ints = {125, 126, 127})
  void nobodyIsStartedWithoutAWitnessWhereItsFailureWouldBeAccepted(int code) {
    engine.shell = List.of("sh", "-c", "exit 127");

    assertThatThrownBy(() -> run(start(true, 0, code), "cat"))
        .isInstanceOf(LofnException.class)
        .isNotInstanceOf(EngineException.class)
        .hasMessageContaining("exit code " + code)
        .hasMessageContaining("its image has no sh");
    assertThat(engine.started).hasSize(1);
  }

  @Test
  void nobodyWitnessesACommandWhoseVariablesNoShellPassesOn() {
    ContainerSpec spec =
        ContainerSpec.builder("name", "image")
            .command(List.of("cat"))
            .settings(ContainerSettings.defaults().toBuilder().environment("my.opt", "x").build())
            .build();

    assertThatThrownBy(() -> run(containers(), start(true, 0, 127), spec))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("does not pass the variable 'my.opt' on");
    assertThat(engine.started).isEmpty();
  }

  @Test
  void otherExitCodesAreAcceptedWithoutAWitness() throws Exception {
    engine.shell = List.of("sh", "-c", "exit 127");

    assertThat(run(start(true, 0, 1), "false").code).isEqualTo(1);
  }

  /** As variables are called that shells drop, reset, set or keep for themselves. */
  private static Map<String, String> awkward() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String name :
        List.of(
            "my.opt",
            "FOO-BAR",
            "a b",
            "1",
            "BASH_FUNC_echo%%",
            "-x",
            "IFS",
            "PWD",
            "OLDPWD",
            "_",
            "SHLVL",
            "PS4",
            "PPID",
            "UID",
            "RANDOM",
            "OPTIND",
            "BASH_VERSION",
            "BASHOPTS",
            "ENV",
            "go",
            "boot",
            "number",
            "stdin",
            "here",
            "word",
            "code",
            "lofn__word",
            "lofn__boot",
            "LC_ALL",
            "PLAIN",
            "plain")) {
      variables.put(name, " of " + name + "\n'\"$x ");
    }
    return variables;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theEnvironmentArrivesAsToolAndImageSayIt(List<String> way) throws Exception {
    use(way);
    Map<String, String> said = awkward();
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    Map<String, String> ofImage = new LinkedHashMap<>();
    int i = 0;
    for (Map.Entry<String, String> each : said.entrySet()) {
      if (i++ % 2 == 0) {
        settings.environment(each.getKey(), each.getValue());
      } else {
        ofImage.put(each.getKey(), each.getValue());
      }
    }
    ofImage.put("PATH", System.getenv("PATH"));
    said.put("PATH", System.getenv("PATH"));
    engine.environment = ofImage;
    ContainerSpec spec =
        ContainerSpec.builder("name", "image")
            .command(List.of("env", "-0"))
            .settings(settings.build())
            .build();

    Ended ended =
        run(
            containers(),
            new CommandStart(true, Set.of(0), ImageConfig.empty().environment(ofImage)),
            spec);

    assertThat(ended.stdout.split("\0"))
        .containsExactlyInAnyOrderElementsOf(
            said.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).toList());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void nothingIsAddedToTheEnvironment(List<String> way) throws Exception {
    use(way);

    assertThat(run(start(true, 0), "env", "-0").stdout)
        .isEqualTo("PATH=" + System.getenv("PATH") + "\0");
  }

  /** Two bytes fit a pipe; the other input does not, and is written while it is read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 0.2; cat /dev/stdin",
        "sleep 0.2; cat /proc/self/fd/0",
        "sleep 0.2; cat /dev/fd/0",
        "cat /dev/stdin",
        "cat; cat /dev/stdin; cat /dev/stdin /dev/fd/0",
        "sleep 0.2; head -c 1 /dev/stdin; cat /dev/stdin",
        "sleep 0.2; (cat /dev/stdin | cat) | cat -",
        "cat /dev/stdin; (sleep 0.3; cat /dev/stdin) & (sleep 0.3; cat /dev/stdin) & wait"
      })
  void aCommandMayOpenItsInputAgainWheneverItLikes(String script) throws Exception {
    for (int length : new int[] {0, 2, 300_000}) {
      if (length > 2 && script.contains("head")) { // which may take more than it passes on
        continue;
      }
      Ended ended = run(containers(), start(true, 0), spec("sh", "-c", script), "x".repeat(length));

      assertThat(ended.code).as(script).isZero();
      assertThat(ended.stdout.length()).as(script).isEqualTo(length);
    }
  }

  @Test
  void aCommandThatIsGivenNoInputMayOpenItToo() throws Exception {
    ContainerSpec spec =
        ContainerSpec.builder("name", "image").command(List.of("cat", "/dev/stdin")).build();

    assertThat(run(containers(), start(true, 0), spec).stdout).isEmpty();
  }

  private static CommandStart start(boolean streams, Integer... accepted) {
    return new CommandStart(streams, Set.of(accepted), ImageConfig.empty());
  }

  private static ContainerSpec spec(String... argv) {
    return ContainerSpec.builder("name", "image").command(List.of(argv)).stdin().build();
  }

  private Ended run(CommandStart start, String... argv) throws Exception {
    return run(containers(), start, spec(argv));
  }

  private Ended run(PipedContainers containers, CommandStart start, ContainerSpec spec)
      throws Exception {
    return run(containers, start, spec, "input");
  }

  private Ended run(
      PipedContainers containers, CommandStart start, ContainerSpec spec, String input)
      throws Exception {
    Exchange exchange = exchanges().create(new TaskIdentity("app", 0, 0, 0, 0), false);
    try (RunningContainer container = containers.start(engine, spec, exchange, start)) {
      CompletableFuture<String> stderr =
          CompletableFuture.supplyAsync(() -> text(container.stderr()), threads);
      if (spec.stdin()) {
        threads.execute(() -> feed(container, input));
      }
      String stdout = text(container.stdout());
      int code = container.await(SOON).orElseThrow().code();
      String errors = stderr.get(SOON.toSeconds(), TimeUnit.SECONDS);
      boolean began =
          !(container instanceof ExecStatus execStatus) || execStatus.began().orElseThrow();
      return new Ended(stdout, errors, code, began);
    } finally {
      exchange.close();
    }
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void feed(RunningContainer container, String input) {
    try (OutputStream stdin = container.stdin()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException e) {
      // The command reads no more.
    }
  }

  private ExchangeDirectories exchanges() {
    return new ExchangeDirectories(
        new NodeEnvironment(List.of(directory)), ME, new LofnConfig(Map.of()));
  }

  private PipedContainers containers() {
    LofnConfig conf = new LofnConfig(Map.of());
    NodeRuntime node =
        new NodeRuntime(new RuntimeSelector(conf, RuntimeProviders.of(List.of(), List.of())));
    OrphanReaper reaper =
        new OrphanReaper(node, exchanges(), ME, new ContainerLabels(ME), conf, threads, clock);
    return new PipedContainers(
        new TrackedContainers(reaper, HostPathMapping.NONE), conf, owner, threads, clock);
  }
}
