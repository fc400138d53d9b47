package io.lofn.runtime.cli.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateArgumentsTest {

  private static final String HOSTILE = "-x \"q\", 'r' $(id) `id` {json} {}\n";

  private static EngineInfo engine(CliDialect dialect) {
    return new EngineInfo(dialect, "engine", 2, false, Set.of());
  }

  private static List<String> arguments(CliDialect dialect, ContainerSpec.Builder spec) {
    return CreateArguments.of(spec.build(), engine(dialect), List.of(), Optional.empty());
  }

  private static ContainerSpec.Builder command(String... argv) {
    return ContainerSpec.builder("n", "sha256:1").command(List.of(argv));
  }

  private static ContainerSpec.Builder everything() {
    return command("prog", "-a", "b c")
        .stdin()
        .mount(new Mount(Path.of("/in"), "/data", true))
        .mount(new Mount(Path.of("/a, \"b\""), "/o ut", false))
        .settings(
            ContainerSettings.defaults().toBuilder()
                .label("io.lofn", "1")
                .label("io.lofn.text", HOSTILE)
                .limits(
                    ResourceLimits.none().cpus(1.5).memory(1 << 30).pids(100).sharedMemory(1 << 20))
                .user("1000:1000")
                .workingDirectory("/work")
                .platform("linux/arm64")
                .network("net")
                .capability("SYS_PTRACE")
                .tmpfs("/tmp", 4096)
                .readOnlyRoot(true)
                .newPrivileges(true)
                .engineOptions(List.of("--gpus", "all"))
                .build());
  }

  @Test
  void saysTheLeastInDocker() {
    assertThat(arguments(Docker.DIALECT, command("true")))
        .containsExactly(
            "create",
            "--name=n",
            "--pull=never",
            "--init",
            "--log-driver=none",
            "--no-healthcheck",
            "--network=none",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--ulimit=core=0",
            "--entrypoint=true",
            "--",
            "sha256:1");
  }

  @Test
  void saysTheLeastInPodman() {
    assertThat(arguments(Podman.DIALECT, command("true")))
        .containsExactly(
            "create",
            "--name=n",
            "--pull=never",
            "--init",
            "--log-driver=none",
            "--no-healthcheck",
            "--http-proxy=false",
            "--sdnotify=ignore",
            "--network=none",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--entrypoint=[\"true\"]",
            "--",
            "sha256:1");
  }

  @Test
  void saysEverything() {
    List<String> arguments =
        CreateArguments.of(
            everything().build(),
            engine(Docker.DIALECT),
            List.of("SECRET"),
            Optional.of(Path.of("/tmp/environment")));
    assertThat(arguments)
        .containsExactly(
            "create",
            "--name=n",
            "--pull=never",
            "--init",
            "--log-driver=none",
            "--no-healthcheck",
            "--interactive",
            "--network=net",
            "--cap-drop=ALL",
            "--cap-add=SYS_PTRACE",
            "--read-only",
            "--cpus=1.50",
            "--memory=1073741824b",
            "--memory-swap=1073741824b",
            "--pids-limit=100",
            "--shm-size=1048576b",
            "--ulimit=core=0",
            "--user=1000:1000",
            "--workdir=/work",
            "--platform=linux/arm64",
            "--label=io.lofn=1",
            "--label=io.lofn.text=" + HOSTILE,
            "--tmpfs=/tmp:exec,nosuid,nodev,mode=1777,size=4096",
            "--env-file=/tmp/environment",
            "--env=SECRET",
            "--mount=type=bind,source=/in,target=/data,readonly"
                + ",bind-recursive=readonly,bind-propagation=rprivate",
            "--mount=type=bind,\"source=/a, \"\"b\"\"\",\"target=/o ut\"",
            "--gpus",
            "all",
            "--entrypoint=prog",
            "--",
            "sha256:1",
            "-a",
            "b c");
  }

  @Test
  void saysNothingOfSubmountsThatTheEngineDoesNotClose() {
    EngineInfo old =
        new EngineInfo(
            Docker.DIALECT, "engine", 2, false, Set.of(RuntimeFeature.READ_ONLY_SUBMOUNTS));
    assertThat(CreateArguments.of(everything().build(), old, List.of(), Optional.empty()))
        .contains("--mount=type=bind,source=/in,target=/data,readonly");
  }

  @Test
  void givesDevicesIfAskedForWhereTheDialectCan() {
    ContainerSpec.Builder spec =
        command("prog").device(new Device(Path.of("/dev/null"), "/dev/x y", "rw"));
    assertThat(arguments(Docker.DIALECT, spec)).contains("--device=/dev/null:/dev/x y:rw");
    assertThat(arguments(Podman.DIALECT, spec)).contains("--device=/dev/null:/dev/x y:rw");
    assertThat(arguments(Docker.DIALECT.without(DialectOption.DEVICE), spec).toString())
        .doesNotContain("/dev/null");
    assertThat(Apptainer.DIALECT.unsupportedFeatures()).contains(RuntimeFeature.DEVICES);
  }

  @Test
  void passesHostileTextsAsTheyAre() {
    ContainerSpec.Builder spec = command(HOSTILE, HOSTILE, "", "--", "--rm");
    assertThat(arguments(Docker.DIALECT, spec))
        .endsWith("--entrypoint=" + HOSTILE, "--", "sha256:1", HOSTILE, "", "--", "--rm");
    assertThat(arguments(Podman.DIALECT, spec))
        .endsWith(
            "--entrypoint=[\"-x \\\"q\\\", 'r' $(id) `id` {json} {}\\n\"]",
            "--",
            "sha256:1",
            HOSTILE,
            "",
            "--",
            "--rm");
  }

  @Test
  void leavesTheImagesEntrypointOrCommandAlone() {
    ContainerSpec.Builder arguments =
        ContainerSpec.builder("n", "sha256:1").arguments(List.of("-x", "y"));
    assertThat(arguments(Docker.DIALECT, arguments))
        .endsWith("--", "sha256:1", "-x", "y")
        .noneMatch(argument -> argument.startsWith("--entrypoint"));
    assertThat(arguments(Docker.DIALECT, command()))
        .endsWith("--", "sha256:1")
        .noneMatch(argument -> argument.startsWith("--entrypoint"));
  }

  @Test
  void refusesAnEmptyProgram() {
    // Docker would run the command of the image.
    assertThatThrownBy(() -> arguments(Docker.DIALECT, command("", "x")))
        .isInstanceOf(EngineException.class);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.50", "0.001, 0.01", "0.333333, 0.33", "2, 2.00", "64, 2", "1e-9, 0.01"})
  void asksForProcessorsThatTheEngineHas(double wanted, String said) {
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder().limits(ResourceLimits.none().cpus(wanted)).build();
    assertThat(arguments(Docker.DIALECT, command("true").settings(settings)))
        .contains("--cpus=" + said);
  }

  @Test
  void keepsTheUserWithoutRoot() {
    EngineInfo rootless = new EngineInfo(Podman.DIALECT, "engine", 2, true, Set.of());
    assertThat(CreateArguments.of(command("true").build(), rootless, List.of(), Optional.empty()))
        .contains("--userns=keep-id");
    assertThat(
            CreateArguments.of(
                command("true").build(),
                rootless.spokenToIn(Docker.DIALECT),
                List.of(),
                Optional.empty()))
        .noneMatch(argument -> argument.startsWith("--userns"));
  }

  @Test
  void refusesWhatTheDialectCannotSay() {
    CliDialect mute =
        new CliDialect(
            "mute", "mute", CliDialect.Family.ENGINE, Map.of(), false, HarmlessOptions.NONE);
    assertThatThrownBy(() -> arguments(mute, command("true")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("mute");
  }
}
