package io.lofn.runtime.cli.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RunningContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the runtime with a command line that misbehaves. */
@Timeout(60)
class CliRuntimeTest {

  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final String NEVER_STARTED =
      """
      "container inspect")
        echo '{"Status":"created","StartedAt":"0001-01-01T00:00:00Z","Running":false}' ;;
      """;
  private static final String RUNNING =
      """
      "container inspect")
        echo '{"Status":"running","StartedAt":"2026-01-01T00:00:00Z","Running":true}' ;;
      """;

  @TempDir Path directory;

  @AfterEach
  void leavesNoFileBehind() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("lofn-cli-")))
          .isEmpty();
    }
  }

  private static ContainerSpec spec() {
    return ContainerSpec.builder("name", "sha256:1").command(List.of("true")).build();
  }

  @Test
  void createsAttachesInspectsAndRemoves() throws Exception {
    FakeCli cli = FakeCli.in(directory, "start*) echo out; echo err >&2; exit 3 ;;");
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      assertThat(container.id()).isEqualTo("0123456789abcdef");
      assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("out\n");
      assertThat(container.stderr().readAllBytes()).asString(UTF_8).isEqualTo("err\n");
      assertThat(container.await(LONG)).contains(new ContainerExit(3, false));
    }
    assertThat(cli.calls().stream().map(call -> call.replaceFirst(" .*", "")).distinct())
        .containsExactly("create", "start", "container", "rm");
  }

  @Test
  void gives0AsTheExitCodeWithoutAskingAgain() throws Exception {
    FakeCli cli = FakeCli.in(directory, "");
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      int before = cli.calls().size();
      assertThat(container.await(LONG)).contains(new ContainerExit(0, false));
      assertThat(cli.calls()).hasSize(before);
    }
  }

  @Test
  void putsNoVariableIntoTheCommandLineAndDeletesItsFile() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            create*)
              env > $here/environment
              for a; do case $a in --env-file=*) cat "${a#--env-file=}" > $here/file ;; esac; done
              echo 0123456789abcdef ;;
            """);
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder()
            .environment("PLAIN", "plain-secret")
            .environment("AWKWARD", "awkward 'secret'")
            .build();
    ContainerSpec spec = ContainerSpec.builder("name", "sha256:1").settings(settings).build();

    cli.runtime(LONG).start(spec).close();

    assertThat(String.join("\n", cli.calls())).contains("--env=AWKWARD").doesNotContain("secret");
    assertThat(directory.resolve("file")).hasContent("PLAIN=plain-secret\n");
    assertThat(directory.resolve("environment"))
        .content()
        .contains("AWKWARD=awkward 'secret'\n")
        .doesNotContain("plain-secret");
  }

  @Test
  void createThatHangsIsCutOff() throws Exception {
    FakeCli cli = FakeCli.in(directory, "create*) sleep 600 ;; \n rm*) sleep 600 ;;");
    assertThatThrownBy(() -> cli.runtime(SHORT).start(spec()))
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient)
        .extracting(Throwable::getMessage)
        .asString()
        .contains("create", "did not answer in time");
  }

  @Test
  void whatACutOffCreateMadeIsRemoved() throws Exception {
    FakeCli cli = FakeCli.in(directory, "create*) sleep 600 ;;" + NEVER_STARTED);
    assertThatThrownBy(() -> cli.runtime(SHORT).start(spec())).isInstanceOf(EngineException.class);
    assertThat(cli.calls()).last().asString().startsWith("rm ").contains("-- name");
  }

  @Test
  void aContainerOfTheSameNameThatRunsIsNotRemovedAfterACutOffCreate() throws Exception {
    FakeCli cli = FakeCli.in(directory, "create*) sleep 600 ;;" + RUNNING);
    assertThatThrownBy(() -> cli.runtime(SHORT).start(spec())).isInstanceOf(EngineException.class);
    assertThat(cli.calls()).noneMatch(call -> call.startsWith("rm"));
  }

  @Test
  void startThatHangsIsCutOffAndTheContainerRemoved() throws Exception {
    FakeCli cli = FakeCli.in(directory, "start*) sleep 600 ;;" + NEVER_STARTED);
    assertThatThrownBy(() -> cli.runtime(SHORT).start(spec()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("did not answer in time");
    assertThat(cli.calls()).last().asString().startsWith("rm ");
  }

  @Test
  void startThatFailsSaysWhyAndTheContainerIsRemoved() throws Exception {
    FakeCli cli =
        FakeCli.in(directory, "start*) echo 'no such device' >&2; exit 125 ;;" + NEVER_STARTED);
    assertThatThrownBy(() -> cli.runtime(LONG).start(spec()))
        .asInstanceOf(type(EngineException.class))
        .matches(e -> !e.isTransient())
        .extracting(Throwable::getMessage)
        .asString()
        .endsWith("docker start: no such device");
    assertThat(cli.calls()).last().asString().startsWith("rm ");
  }

  @Test
  void anEngineThatIsGoneIsNotTheToolsExit() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            start*) while [ ! -e $here/gone ]; do sleep 0.01; done; exit 1 ;;
            "container inspect")
              if [ -e $here/gone ]; then
                echo 'Cannot connect to the Docker daemon' >&2; exit 1
              fi
              echo '{"Status":"running","StartedAt":"2026-01-01T00:00:00Z","Running":true}' ;;
            """);
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      assertThat(container.await(Duration.ZERO)).isEmpty();
      Files.createFile(directory.resolve("gone"));
      assertThatThrownBy(() -> container.await(LONG))
          .asInstanceOf(type(EngineException.class))
          .matches(EngineException::isTransient);
    }
  }

  @Test
  void closeFreesReadersAndWritersEvenIfTheEngineHangs() throws Exception {
    FakeCli cli = FakeCli.in(directory, "start*) sleep 600 ;; \n rm*) sleep 600 ;;" + RUNNING);
    ContainerSpec spec = ContainerSpec.builder("name", "sha256:1").stdin().build();
    RunningContainer container = cli.runtime(SHORT).start(spec);
    CompletableFuture<Void> reader =
        CompletableFuture.runAsync(
            () ->
                assertThatThrownBy(() -> container.stdout().readAllBytes())
                    .hasMessageContaining("closed"));
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> assertThatThrownBy(() -> container.stdin().write(new byte[1 << 20])));

    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);

    reader.get(10, SECONDS);
    writer.get(10, SECONDS);
    assertThat(ProcessHandle.current().descendants()).noneMatch(CliRuntimeTest::isSleep);
  }

  private static boolean isSleep(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("sleep");
  }

  @Test
  void aClosedContainerIsRemovedByTheNextCloseIfThatFailed() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            "rm*) [ -e $here/once ] || { touch $here/once; echo 'device busy' >&2; exit 1; } ;;");
    RunningContainer container = cli.runtime(LONG).start(spec());
    assertThatThrownBy(container::close).hasMessageContaining("device busy");
    container.close();
    container.close();
    assertThat(cli.calls().stream().filter(call -> call.startsWith("rm "))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "removal of container 0123 is already in progress",
        "time=\"now\" level=error msg=\"container not running\""
      })
  void removesAgainWhatEndedOrIsBeingRemovedAtTheMoment(String said) throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            rm*)
              if [ ! -e $here/once ]; then
                touch $here/once
                echo '%s' >&2; exit 1
              fi
              echo 'No such container: 0123' >&2; exit 1 ;;
            """
                .formatted(said));
    cli.runtime(LONG).remove("0123");
    assertThat(cli.calls()).hasSize(2);
  }

  @Test
  void aNameThatIsTakenMayBeFreeLater() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            create*)
              echo 'The container name "/t" is already in use by container "1".' >&2; exit 1 ;;
            """);
    assertThatThrownBy(() -> cli.runtime(LONG).start(spec()))
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient);
    assertThat(cli.calls()).hasSize(1);
  }

  @Test
  void aLimitThatTheEngineIgnoresIsRefused() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            create*)
              echo 'Resource limits are not supported and ignored on cgroups V1 rootless systems' >&2
              echo 0123456789abcdef ;;
            """);
    assertThatThrownBy(() -> cli.runtime(LONG).start(spec()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("not supported and ignored");
    assertThat(cli.calls()).last().asString().startsWith("rm ");
  }

  @Test
  void initThatCannotExecuteTheProgramEndsAsAShellWould() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            start*)
              echo 'ERROR (catatonit:2): failed to exec pid1: No such file or directory' >&2
              exit 1 ;;
            "container inspect")
              echo '{"StartedAt":"2026-01-01T00:00:00Z","Running":false,"ExitCode":1}' ;;
            """);
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      assertThat(container.await(LONG)).contains(new ContainerExit(127, false));
      assertThat(container.stderr().readAllBytes()).asString(UTF_8).contains("No such file");
    }
  }

  @Test
  void stopAsksAndThenKills() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            start*) while [ ! -e $here/killed ]; do sleep 0.01; done ;;
            kill*KILL*) touch $here/killed ;;
            """
                + RUNNING);
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      container.stop(Duration.ofMillis(200));
      assertThat(container.await(Duration.ZERO)).isPresent();
      container.stop(LONG);
      container.stop(Duration.ZERO);
    }
    assertThat(cli.calls().stream().filter(call -> call.startsWith("kill")))
        .containsExactly(
            "kill --signal=TERM -- 0123456789abcdef ", "kill --signal=KILL -- 0123456789abcdef ");
  }

  @Test
  void aPullThatTakesTooLongIsCutOff() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory, "image*) echo 'No such image: x' >&2; exit 1 ;; \n pull*) sleep 600 ;;");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(ImageRequest.of("x").pullTimeout(SHORT)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("Could not pull image x within PT1S");
  }

  @Test
  void aPullIsCutOffByAnInterrupt() throws Exception {
    FakeCli cli = FakeCli.in(directory, "pull*) sleep 600 ;;");
    ImageRequest request = ImageRequest.of("x").policy(PullPolicy.ALWAYS);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(request))
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anEngineWithoutItsInitProgramRunsContainersWithoutIt() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            create*)
              case "$*" in *--init*) touch $here/init ;; *) rm -f $here/init ;; esac
              echo 0123456789abcdef ;;
            start*)
              [ ! -e $here/init ] && exit 0
              echo 'Error response from daemon: exec: "docker-init": executable file not found in $PATH' >&2
              exit 1 ;;
            "container inspect")
              [ -e $here/init ] && echo '{"Status":"created","StartedAt":"0001-01-01T00:00:00Z"}' && exit
              echo '{"Status":"exited","StartedAt":"2026-01-01T00:00:00Z","ExitCode":0}' ;;
            """);
    CliRuntime runtime = cli.runtime(LONG);
    for (int i = 0; i < 2; i++) {
      try (RunningContainer container = runtime.start(spec())) {
        assertThat(container.await(LONG)).contains(new ContainerExit(0, false));
      }
    }
    assertThat(cli.calls().stream().filter(call -> call.startsWith("create")))
        .extracting(call -> call.contains("--init"))
        .containsExactly(true, false, false);
  }

  @Test
  void anImageThatIsDeniedIsUnavailable() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            "image*) exit 1 ;; \n pull*) echo 'pull access denied for x' >&2; exit 1 ;;");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(ImageRequest.of("x")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessage(
            "Image x cannot be pulled: pull access denied for x. If it exists and is private,"
                + " 'docker login' on this node stores credentials");
  }

  @Test
  void anImageThatIsNotToBeHadForAnUnknownReasonIsUnavailable() throws Exception {
    FakeCli cli = FakeCli.in(directory, "image*) exit 1 ;; \n pull*) echo 'no way' >&2; exit 1 ;;");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(ImageRequest.of("x")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessage(
            "Image x cannot be pulled: no way. Check its name, log this node's"
                + " user in with 'docker login', or load it on every node");
  }

  @Test
  void aPullIsRepeatedWhenTheRegistryWantsIt() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            image*) [ -e $here/second ] && echo "sha256:2 linux/amd64 null" || exit 1 ;;
            pull*)
              [ -e $here/first ] && touch $here/second && exit
              touch $here/first
              echo 'toomanyrequests: slow down, retry after 1 s' >&2
              exit 1 ;;
            """);
    assertThat(cli.runtime(LONG).prepare(ImageRequest.of("x")).id()).isEqualTo("sha256:2");
    assertThat(cli.calls()).filteredOn(call -> call.startsWith("pull")).hasSize(2);
  }

  @Test
  void aRegistryThatIsOverloadedForLongerThanAPullMayTakeSaysWhatToDo() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            "image*) exit 1 ;; \n pull*) echo 'toomanyrequests: slow down' >&2; exit 1 ;;");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(ImageRequest.of("x").pullTimeout(SHORT)))
        .asInstanceOf(type(EngineException.class))
        .matches(failure -> !failure.isTransient())
        .extracting(Throwable::getMessage)
        .asString()
        .contains("toomanyrequests", "'docker login'", "mirror", "Tool.imageArchive");
  }

  @Test
  void anAnswerThatLastsHasItsOwnWords() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            "image*) exit 1 ;; \n"
                + " pull*) echo 'http: server gave HTTP response to HTTPS client' >&2; exit 1 ;;");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(ImageRequest.of("reg.example:5000/x")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("reg.example:5000 speaks HTTP")
        .hasMessageContaining("insecure-registries");
  }

  @Test
  void anArchiveThatIsNotLoadedFailsForGoodWithWhatIsWrongWithIt() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            "load*) echo 'Error processing tar file(exit status 1): unexpected EOF' >&2; exit 1"
                + " ;;");
    Path archive = Files.writeString(directory.resolve("image.tar"), "not one");
    assertThatThrownBy(() -> cli.runtime(LONG).load(archive, LONG))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(archive.toString())
        .hasMessageContaining("The archive is not a tar file");
  }

  @Test
  void anImageOfAnotherPlatformIsPulledForThatAskedFor() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            image*) [ -e $here/pulled ] && echo "sha256:2 linux/arm64 null" || echo "sha256:1 linux/amd64 null" ;;
            pull*) touch $here/pulled ;;
            """);
    ImageRequest request = ImageRequest.of("x").platform("linux/arm64/v8");
    assertThatThrownBy(() -> cli.runtime(LONG).prepare(request.policy(PullPolicy.NEVER)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("linux/arm64/v8");
    assertThat(cli.runtime(LONG).prepare(request).id()).isEqualTo("sha256:2");
    assertThat(cli.calls()).contains("pull --quiet --platform=linux/arm64/v8 -- x ");
  }

  @Test
  void looksAgainWhereTheProcessEndedWhileItWasLookedAt() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            start*) exit 3 ;;
            "container inspect")
              if [ ! -e $here/looked ]; then
                touch $here/looked
                echo 'Error: read /proc/19923/cgroup: no such process' >&2
                exit 125
              fi
              echo '{"StartedAt":"2026-01-01T00:00:00Z","Running":false,"ExitCode":3}' ;;
            """);
    try (RunningContainer container = cli.runtime(LONG).start(spec())) {
      assertThat(container.await(LONG)).contains(new ContainerExit(3, false));
    }
    assertThat(directory.resolve("looked")).exists();
  }

  @Test
  void looksAgainWhetherMemoryRanOutWhereTheEngineLearnsOfItLate() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            start*) exit 137 ;;
            "container inspect")
              [ -e $here/looked ] && killed=true || killed=false
              touch $here/looked
              echo '{"StartedAt":"2026-01-01T00:00:00Z","Running":false,"ExitCode":137,"OOMKilled":'$killed'}' ;;
            """);
    ContainerSettings limited =
        ContainerSettings.defaults().toBuilder()
            .limits(ResourceLimits.none().memory(1 << 25))
            .build();
    ContainerSpec spec =
        ContainerSpec.builder("name", "sha256:1")
            .command(List.of("true"))
            .settings(limited)
            .build();
    try (RunningContainer container = cli.runtime(LONG).start(spec)) {
      assertThat(container.await(LONG)).contains(new ContainerExit(137, true));
    }
  }

  @Test
  void tellsTheDigestThatTheImageHasInItsOwnRepository() throws Exception {
    String digest = "sha256:" + "1".repeat(64);
    String answer = "[\"else.example/x@sha256:%s\",\"docker.io/library/x@%s\"]";
    FakeCli cli =
        FakeCli.in(
            directory, "image*) echo '%s' ;;".formatted(answer.formatted("2".repeat(64), digest)));
    CliRuntime runtime = cli.runtime(LONG);
    assertThat(runtime.digest(ImageRequest.of("x:1"))).contains(digest);
    assertThat(runtime.digest(ImageRequest.of("a/x:1"))).isEmpty();
    assertThat(runtime.digest(ImageRequest.of("a/x@" + digest))).contains(digest);
    assertThat(runtime.digest(ImageRequest.of("x:1").policy(PullPolicy.ALWAYS))).isEmpty();
  }

  @Test
  void listsWhatIsLeftOfContainersThatVanish() throws Exception {
    FakeCli cli =
        FakeCli.in(
            directory,
            """
            ps*) printf '1\\n2\\n3\\n' ;;
            "container inspect")
              echo '["1",true,{"a":"x y","b":"1"}]'
              echo '["3",false,null]'
              echo 'No such container: 2' >&2; exit 1 ;;
            """);
    assertThat(cli.runtime(LONG).list(Map.of("a", "x y")))
        .singleElement()
        .matches(container -> container.id().equals("1") && container.running());
    assertThat(cli.calls().get(0)).isEqualTo("ps --all --quiet --no-trunc --filter=label=a ");
  }
}
