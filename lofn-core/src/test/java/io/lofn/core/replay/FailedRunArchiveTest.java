package io.lofn.core.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.core.FakeProvider.FakeRuntime;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import io.lofn.spi.ReplayDocuments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a failed run; the script is run, by an engine that shows what it was given. */
class FailedRunArchiveTest {

  private static final String HOSTILE = "a'b\"c$(touch /tmp/lofn-was-here)`id`\n-x; $HOME \\ *";
  private static final String IMAGE = "sha256:7e52";

  @TempDir Path local;

  private Path given;
  private Path program;
  private ExchangeDirectories exchanges;
  private Exchange exchange;
  private FailedRunArchive failed;

  @BeforeEach
  void makeAnEngine() throws IOException {
    given = local.resolve("given");
    program = local.resolve("my 'engine'");
    Files.writeString(
        program,
        """
        #!/bin/sh
        if [ "$1" = --version ]; then echo docker version 1; exit; fi
        for word; do printf '%%s\\0' "$word"; done > '%s'
        printf '%%s' "${SECRET-unset}" > '%1$s.secret'
        cat > '%1$s.stdin'
        for word; do case $word in
          --env-file=*) cat "${word#--env-file=}" > '%1$s.environment' ;;
          --mount=type=bind,\\"source=*replay.*)
            source=${word#*source=}; source=${source%%%%\\"*}; (cd "$source" && find . | sort) > '%1$s.files' ;;
        esac; done
        exit 7
        """
            .formatted(given));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    exchanges =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local.resolve("disk, one"))),
            ProcessIdentity.current(),
            new LofnConfig(Map.of()));
    exchange = exchanges.create(new TaskIdentity("app", 1, 2, 0, 3), false);
    failed = new FailedRunArchive("map of x\nrm -rf /", exchange);
  }

  @Test
  void givesTheEngineTheSameWords() throws Exception {
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder()
            .limits(ResourceLimits.none().cpus(0.5).memory(64).pids(7).sharedMemory(9))
            .user("1:2")
            .workingDirectory("/w d")
            .label("io.lofn.pid", "1")
            .label("mine", HOSTILE)
            .tmpfs("/t,m\"p", 5)
            .capability("SYS_PTRACE")
            .readOnlyRoot(true)
            .build();
    Path volume = Files.createDirectory(local.resolve("it's, a \"volume\""));
    ContainerSpec spec =
        ContainerSpec.builder("name", IMAGE)
            .mount(new Mount(exchange.directory(), "/shared", false))
            .mount(new Mount(exchange.temporary(), "/tmp", false))
            .mount(new Mount(volume, "/ref", true))
            .device(new Device(Path.of("/dev/null"), "/dev/my null", "rw"))
            .settings(settings)
            .command(List.of("-tool", HOSTILE, "--privileged", "", "last\n"))
            .build();

    assertThat(replay(spec)).isEqualTo(7);

    List<String> words = new ArrayList<>(words());
    assertThat(words)
        .filteredOn(word -> word.contains("target=/tmp"))
        .singleElement(STRING)
        .matches("--mount=type=bind,\"source=/.*/replay\\.[^/]*\\.tmp\",\"target=/tmp\"");
    words.removeIf(word -> word.startsWith("--env-file=") || word.contains("replay."));
    assertThat(words)
        .containsExactly(
            "run",
            "--rm",
            "--pull=never",
            "--init",
            "--log-driver=none",
            "--no-healthcheck",
            "--network=none",
            "--cap-drop=ALL",
            "--cap-add=SYS_PTRACE",
            "--security-opt=no-new-privileges",
            "--read-only",
            "--cpus=0.50",
            "--memory=64b",
            "--memory-swap=64b",
            "--pids-limit=7",
            "--shm-size=9b",
            "--user=1:2",
            "--workdir=/w d",
            "--label=mine=" + HOSTILE,
            "--tmpfs=/t,m\"p:exec,nosuid,nodev,mode=1777,size=5",
            "--mount=type=bind,\"source=%s\",\"target=/ref\",readonly"
                .formatted(volume.toString().replace("\"", "\"\"")),
            "--device=/dev/null:/dev/my null:rw",
            "--entrypoint=-tool",
            "--",
            IMAGE,
            HOSTILE,
            "--privileged",
            "",
            "last\n");
    assertThat(Path.of("/tmp/lofn-was-here")).doesNotExist();
  }

  @Test
  void passesTheEnvironmentBesideTheCommandLine() throws Exception {
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder()
            .environment("SECRET", HOSTILE)
            .environment("TOKEN", "t0ken")
            .environment("PATH", "/opt/bin:/bin")
            .environment("DOCKER_HOST", "two\nlines")
            .build();

    assertThat(replay(spec(settings).build())).isEqualTo(7);

    assertThat(words()).contains("--env=SECRET").noneMatch(word -> word.contains("t0ken"));
    assertThat(Path.of(given + ".secret")).hasContent(HOSTILE);
    assertThat(Path.of(given + ".environment")).hasContent("TOKEN=t0ken\nPATH=/opt/bin:/bin\n");
    assertThat(script()).content().contains("the variable DOCKER_HOST is left out");
    assertThat(script()).content().doesNotContain("t0ken", "touch", "lines");
    try (Stream<Path> files = Files.list(script().getParent())) {
      assertThat(files.filter(file -> file.toString().contains("environment")))
          .hasSize(2)
          .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
    assertThat(permissions(script())).isEqualTo("rwx------");
    assertThat(permissions(script().getParent())).isEqualTo("rwx------");
  }

  @Test
  void repeatsTheInputWithoutWhatTheToolMade() throws Exception {
    Files.writeString(exchange.newFile("in put/-a 'b'.txt"), "x");
    failed.noteInputs();
    Files.writeString(exchange.directory().resolve("output.txt"), "half");
    try (OutputStream stdin = failed.copied(new ByteArrayOutputStream())) {
      stdin.write("from stdin".getBytes(UTF_8));
    }

    int code = replayNoted(spec(ContainerSettings.defaults()).stdin().build());

    assertThat(code).isEqualTo(7);
    assertThat(words()).contains("--interactive");
    assertThat(Path.of(given + ".stdin")).hasContent("from stdin");
    assertThat(Path.of(given + ".files")).hasContent(".\n./in put\n./in put/-a 'b'.txt\n");
    assertThat(script().resolveSibling("exchange/output.txt")).hasContent("half");
  }

  @Test
  void repeatsItsOwnInputWhereAnEarlierRunHadTheSameExchange() throws Exception {
    Files.writeString(exchange.newFile("of the first"), "x");
    FailedRunArchive first = new FailedRunArchive("the first", exchange);
    first.noteInputs();
    try (OutputStream stdin = first.copied(new ByteArrayOutputStream())) {
      stdin.write("a longer one of the first".getBytes(UTF_8));
    }
    exchange.empty();
    Files.writeString(exchange.newFile("of the second"), "x");
    failed.noteInputs();
    try (OutputStream stdin = failed.copied(new ByteArrayOutputStream())) {
      stdin.write("of the second".getBytes(UTF_8));
    }

    assertThat(replayNoted(spec(ContainerSettings.defaults()).stdin().build())).isEqualTo(7);

    assertThat(Path.of(given + ".stdin")).hasContent("of the second");
    assertThat(Path.of(given + ".files")).hasContent(".\n./of the second\n");
  }

  @Test
  void aStdinThatIsNoLongerReadIsCopiedUpToThere() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("closed");
          }
        };
    failed.noteInputs();
    OutputStream stdin = failed.copied(closed);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> stdin.write('a')))
        .hasMessage("closed");

    assertThat(replayNoted(spec(ContainerSettings.defaults()).stdin().build())).isEqualTo(7);
    assertThat(Path.of(given + ".stdin")).hasContent("a");
  }

  @Test
  void outlivesItsOwner() throws Exception {
    replay(spec(ContainerSettings.defaults()).build());

    exchange.close();
    exchanges.reap(Map.of("engine", Set.of()));
    exchanges.close();

    assertThat(script()).exists();
    assertThat(local.resolve("disk, one")).isDirectoryRecursivelyContaining("glob:**/inputs");
    assertThat(exchange.directory()).doesNotExist();
  }

  @Test
  void keepsTheExchangeAloneWhereNoProgramRepeatsTheRun() {
    failed.noteInputs();
    SelectedRuntime runtime = new SelectedRuntime("fake", new FakeRuntime("fake", List.of()));

    Path kept = failed.keep(runtime, spec(ContainerSettings.defaults()).build()).orElseThrow();

    assertThat(kept.resolve("exchange")).isDirectory();
    assertThat(kept.resolve("replay.sh")).doesNotExist();
  }

  @Test
  void repeatsARunFromADocumentWhereThereIsNoCommandLine() throws Exception {
    Files.writeString(exchange.newFile("input"), "x");
    failed.noteInputs();
    Files.writeString(exchange.directory().resolve("output"), "half");
    try (OutputStream stdin = failed.copied(new ByteArrayOutputStream())) {
      stdin.write("from stdin".getBytes(UTF_8));
    }
    DocumentRuntime runtime = new DocumentRuntime("");
    ContainerSpec spec =
        spec(ContainerSettings.defaults().toBuilder().environment("TOKEN", "t0ken").build())
            .mount(new Mount(exchange.temporary().resolve("sub"), "/tmp/sub", false))
            .mount(new Mount(local, "/ref", true))
            .stdin()
            .build();

    Path script = failed.keep(new SelectedRuntime("fake", runtime), spec).orElseThrow();

    assertThat(script).hasFileName("replay.sh").hasParent(script().getParent());
    assertThat(runs(script)).isEqualTo(7);
    assertThat(words()).containsExactly("--file", script.resolveSibling("document").toString());
    assertThat(Path.of(given + ".stdin")).hasContent("from stdin");
    Path replayed = script.resolveSibling("replayed");
    assertThat(runtime.sources).containsExactly(replayed, Path.of(replayed + ".tmp/sub"), local);
    // The script has made them, with what went in and nothing else.
    assertThat(replayed.toRealPath()).isDirectoryContaining("glob:**/input");
    assertThat(replayed.resolve("output")).doesNotExist();
    assertThat(runtime.sources).allSatisfy(source -> assertThat(source).isDirectory());
    assertThat(permissions(script.resolveSibling("document"))).isEqualTo("rw-------");
    assertThat(script).content().doesNotContain("t0ken");
  }

  @Test
  void repeatsItAgainInFreshFiles() throws Exception {
    failed.noteInputs();
    Path script =
        failed
            .keep(
                new SelectedRuntime("fake", new DocumentRuntime("")),
                spec(ContainerSettings.defaults()).build())
            .orElseThrow();
    assertThat(runs(script)).isEqualTo(7);
    Path first = script.resolveSibling("replayed").toRealPath();
    Files.createFile(first.resolve("made"));

    assertThat(runs(script)).isEqualTo(7);

    assertThat(script.resolveSibling("replayed").toRealPath())
        .isNotEqualTo(first)
        .isEmptyDirectory();
  }

  @Test
  void keepsTheExchangeAloneWhereTheContainerCannotBeDescribed() {
    failed.noteInputs();
    SelectedRuntime runtime = new SelectedRuntime("fake", new DocumentRuntime("no image"));

    Path kept = failed.keep(runtime, spec(ContainerSettings.defaults()).build()).orElseThrow();

    assertThat(kept.resolve("exchange")).isDirectory();
    assertThat(kept.resolve("replay.sh")).doesNotExist();
  }

  @Test
  void keepsTheExchangeAloneWhereTheDocumentCannotBeWritten() {
    failed.noteInputs();
    DocumentRuntime runtime =
        new DocumentRuntime("") {
          @Override
          public byte[] replayDocument(ContainerSpec spec) {
            Path inTheWay = spec.mounts().get(0).source().resolveSibling("document");
            assertThat(inTheWay.resolve("directory").toFile().mkdirs()).isTrue();
            return super.replayDocument(spec);
          }
        };

    Path kept =
        failed
            .keep(new SelectedRuntime("fake", runtime), spec(ContainerSettings.defaults()).build())
            .orElseThrow();

    assertThat(kept.resolve("exchange")).isDirectory();
    assertThat(kept.resolve("replay.sh")).doesNotExist();
  }

  /** A runtime that describes a container by the sources of its mounts. */
  private class DocumentRuntime extends FakeRuntime implements ReplayDocuments {

    private final String failure;
    private List<Path> sources = List.of();

    DocumentRuntime(String failure) {
      super("fake", List.of());
      this.failure = failure;
    }

    @Override
    public byte[] replayDocument(ContainerSpec spec) {
      if (!failure.isEmpty()) {
        throw new EngineException(failure);
      }
      sources = spec.mounts().stream().map(Mount::source).toList();
      return "document".getBytes(UTF_8);
    }

    @Override
    public List<String> replayCommand() {
      return List.of(program.toString(), "--file");
    }
  }

  private ContainerSpec.Builder spec(ContainerSettings settings) {
    return ContainerSpec.builder("name", IMAGE)
        .mount(new Mount(exchange.directory(), "/shared", false))
        .settings(settings)
        .command(List.of("true"));
  }

  private int replay(ContainerSpec spec) throws Exception {
    failed.noteInputs();
    return replayNoted(spec);
  }

  private int replayNoted(ContainerSpec spec) throws Exception {
    FakeRuntime runtime =
        new FakeRuntime("fake", List.of()) {
          @Override
          public List<String> commandLine() {
            return List.of(program.toString());
          }
        };
    return runs(failed.keep(new SelectedRuntime("fake", runtime), spec).orElseThrow());
  }

  private static int runs(Path script) throws Exception {
    Process process =
        new ProcessBuilder(script.toString())
            .redirectInput(new java.io.File("/dev/null"))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).doesNotContain("rm:").doesNotContain("tar:");
    return process.exitValue();
  }

  private List<String> words() throws IOException {
    return List.of(Files.readString(given).replaceAll("\0$", "").split("\0", -1));
  }

  private Path script() throws IOException {
    try (Stream<Path> files = Files.walk(local)) {
      return files.filter(file -> file.endsWith("replay.sh")).findFirst().orElseThrow();
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
