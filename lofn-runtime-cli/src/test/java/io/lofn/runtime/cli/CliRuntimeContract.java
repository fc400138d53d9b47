package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerLab;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Additional tests of containers that run through a command line. */
abstract class CliRuntimeContract extends ContainerRuntimeContract {

  private static final long MEBIBYTE = 1 << 20;
  private static final String TOO_MUCH = "dd if=/dev/zero of=/dev/null bs=100M count=1";

  /** The name of the program. */
  abstract String command();

  final RuntimeConfig config() {
    return RuntimeConfig.of(Map.of("command", command()));
  }

  @Override
  protected final ContainerRuntime createRuntime() {
    return new CliRuntimeProvider().create(config());
  }

  @AfterEach
  final void leavesNoFileBehind() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("lofn-cli-")))
          .isEmpty();
    }
  }

  @Test
  final void isUsableOnThisNode() {
    assertThat(new CliRuntimeProvider().unavailableReason(config())).isEmpty();
    assertThat(lab().runtime().engine()).startsWith(command() + " CLI ");
  }

  @Test
  final void passesVariablesThatTheCommandWouldObey() throws Exception {
    ContainerSettings settings =
        lab()
            .settings()
            .environment("DOCKER_HOST", "unix:///no/such/socket")
            .environment("CONTAINER_HOST", "unix:///no/such/socket")
            .environment("CONTAINERS_CONF", "/no/such/file")
            .environment("HOME", "/no/such/home")
            .environment("PATH", "/no/such/directory:/bin")
            .environment("LANG", "")
            .build();

    Outcome outcome = lab().run(lab().command("/bin/env").settings(settings));

    assertThat(outcome.stdout().lines())
        .contains(
            "DOCKER_HOST=unix:///no/such/socket",
            "CONTAINER_HOST=unix:///no/such/socket",
            "CONTAINERS_CONF=/no/such/file",
            "HOME=/no/such/home",
            "PATH=/no/such/directory:/bin",
            "LANG=");
  }

  @Test
  final void passesAVariableLongerThanALineOfAFile() throws Exception {
    String value = "0123456789".repeat(10_000);
    ContainerSettings settings = lab().settings().environment("LOFN_LONG", value).build();
    assertThat(lab().run(lab().shell("echo $LOFN_LONG").settings(settings)).stdout())
        .isEqualTo(value + "\n");
  }

  @Test
  final void passesInputThatLooksLikeDetachKeys() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      try (OutputStream stdin = container.stdin()) {
        for (byte key : new byte[] {'a', 16, 17, 'b'}) {
          stdin.write(key);
          // So that each byte arrives separately, like a key.
          Thread.sleep(100);
        }
      }
      assertThat(container.stdout().readAllBytes()).containsExactly('a', 16, 17, 'b');
      assertThat(ContainerLab.end(container)).isEqualTo(new ContainerExit(0, false));
    }
  }

  private ContainerSettings ofLittleMemory() {
    return lab().settings().limits(ResourceLimits.none().memory(20 * MEBIBYTE)).build();
  }

  @Test
  final void saysThatMemoryRanOut() throws Exception {
    try (RunningContainer container = startedWithLittleMemory("exec " + TOO_MUCH)) {
      assertThat(ContainerLab.end(container)).isEqualTo(new ContainerExit(137, true));
    }
  }

  @Test
  final void saysThatMemoryRanOutEvenIfTheShellGoesOn() throws Exception {
    try (RunningContainer container =
        startedWithLittleMemory(TOO_MUCH + "; echo still here; read word")) {
      assertThat(container.stdout().readNBytes(11)).isEqualTo("still here\n".getBytes(UTF_8));
      awaitThatMemoryIsTold(container.id());
      container.stdin().write("on\n".getBytes(UTF_8));
      assertThat(ContainerLab.end(container)).isEqualTo(new ContainerExit(0, true));
    }
  }

  /**
   * Runs a script when the container runs: an engine may not notice earlier that memory ran out.
   */
  private RunningContainer startedWithLittleMemory(String script) throws Exception {
    ContainerSpec spec =
        lab().shell("read word; " + script).settings(ofLittleMemory()).stdin().build();
    RunningContainer container = lab().runtime().start(spec);
    while (lab().runtime().list(spec.settings().labels()).stream()
        .noneMatch(each -> each.id().equals(container.id()) && each.running())) {
      Thread.onSpinWait();
    }
    container.stdin().write("go\n".getBytes(UTF_8));
    return container;
  }

  /** Waits until the engine knows it, if it may learn of it later than of the end. */
  void awaitThatMemoryIsTold(String id) throws Exception {}

  @Test
  final void doesNotTakeTheEndOfTheCommandForThatOfTheTool() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("trap '' TERM; sleep 600"))) {
      List<ProcessHandle> attached =
          ProcessHandle.current()
              .children()
              .filter(
                  process ->
                      List.of(process.info().arguments().orElse(new String[0]))
                          .contains(container.id()))
              .toList();
      assertThat(attached).hasSize(1);
      attached.get(0).destroyForcibly();

      assertThatThrownBy(() -> container.await(ContainerLab.SOON))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("is still running");

      container.stop(Duration.ofSeconds(1));
      assertThat(container.await(ContainerLab.SOON)).map(ContainerExit::code).contains(137);
    }
  }

  @Test
  final void keepsWhatTheCommandSaysApartFromWhatTheToolSays() throws Exception {
    // The engine warns when the container is created, or not at all.
    ContainerSettings settings =
        lab().settings().limits(ResourceLimits.none().memory(64 * MEBIBYTE).cpus(1000)).build();
    Outcome outcome = lab().run(lab().shell("echo tool >&2").settings(settings));
    assertThat(outcome.stderr()).isEqualTo("tool\n");
  }

  @Test
  final void saysWhyTheEngineCouldNotStartTheContainer() {
    ContainerSettings settings = lab().settings().user("no-such-user").build();
    assertThatThrownBy(() -> lab().start(lab().command("id").settings(settings)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("unable to find user no-such-user");
  }

  @Test
  final void removesTheContainerOfAThreadThatIsInterrupted() throws Exception {
    RunningContainer container = lab().start(lab().command("sleep", "600"));
    Thread.currentThread().interrupt();
    container.stop(Duration.ZERO);
    container.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(lab().containers()).isEmpty();
  }

  @Test
  final void freesAReaderThatIsInterrupted() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> container.stdout().read()).isInstanceOf(IOException.class);
      assertThat(Thread.interrupted()).isTrue();

      container.stdin().write("text".getBytes(UTF_8));
      container.stdin().close();
      assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("text");
    }
  }

  @Test
  final void loadsAnArchive(@TempDir Path directory) throws Exception {
    Path archive = directory.resolve("image.tar");
    Process save = new ProcessBuilder(command(), "save", "-o", archive.toString(), image()).start();
    assertThat(save.waitFor()).isZero();
    ImageArchives archives = (ImageArchives) lab().runtime();
    archives.load(archive, ContainerLab.SOON);
    assertThat(lab().runtime().prepare(ImageRequest.of(image()))).isEqualTo(lab().image());
    Path text = Files.writeString(directory.resolve("text"), "text");
    assertThatThrownBy(() -> archives.load(text, ContainerLab.SOON))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(text.toString());
  }

  @Test
  final void keepsAMountAsItIsNamed(@TempDir Path directory) throws Exception {
    Path source = Files.createDirectory(directory.resolve(" \"a, b\"=\n$(id) "));
    Files.writeString(source.resolve("file"), "text");
    Outcome outcome =
        lab()
            .run(
                lab()
                    .command("cat", "/in, \"side\"=\n/file")
                    .mount(new Mount(source, "/in, \"side\"=\n", true)));
    assertThat(outcome.stdout()).isEqualTo("text");
  }
}
