package io.lofn.runtime.cli.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Tests the arguments in the dialects of programs without an engine, and in nerdctl's. No test runs
 * the real nerdctl, apptainer and singularity.
 */
class RunnerArgumentsTest {

  private static final List<Mount> MOUNTS =
      List.of(
          new Mount(Path.of("/run/mount-0"), "/shared", false),
          new Mount(Path.of("/run/mount-1"), "/data", true));

  private static List<String> arguments(
      CliDialect dialect, ContainerSettings.Builder settings, Optional<Path> file) {
    ContainerSpec spec =
        ContainerSpec.builder("n", "/images/i")
            .command(List.of("prog", "-a", "b c"))
            .settings(settings.build())
            .build();
    EngineInfo info = new EngineInfo(dialect, "engine", 4, false, Set.of());
    return CreateArguments.ofRun(spec, info, Path.of("/images/i"), Optional.empty(), MOUNTS, file);
  }

  private static ContainerSettings.Builder settings() {
    return ContainerSettings.defaults().toBuilder();
  }

  private static ContainerSettings.Builder limited() {
    return settings()
        .user("1000:1001")
        .workingDirectory("/work")
        .readOnlyRoot(true)
        .limits(ResourceLimits.none().cpus(1.5).memory(1 << 20).pids(9).sharedMemory(1 << 20));
  }

  @Test
  void charliecloudSaysWhatItCan() {
    assertThat(arguments(Charliecloud.DIALECT, limited(), Optional.of(Path.of("/run/env"))))
        .containsExactly(
            "--unset-env=USER",
            "--unset-env=CH_IMAGE_STORAGE",
            "--uid=1000",
            "--gid=1001",
            "--cd=/work",
            "--env-no-expand",
            "--set-env=/run/env",
            "--bind=/run/mount-0:/shared",
            "--bind=/run/mount-1:/data",
            "--",
            "/images/i",
            "prog",
            "-a",
            "b c");
  }

  @Test
  void charliecloudDeclaresWhatItCannot() {
    assertThat(Charliecloud.DIALECT.unsupportedFeatures())
        .containsExactlyInAnyOrder(
            RuntimeFeature.READ_ONLY_MOUNTS,
            RuntimeFeature.READ_ONLY_SUBMOUNTS,
            RuntimeFeature.TMPFS_SIZE,
            RuntimeFeature.IMAGE_COMMAND,
            RuntimeFeature.DEVICES,
            RuntimeFeature.PLATFORMS,
            RuntimeFeature.NETWORK_ISOLATION,
            RuntimeFeature.PROCESS_ISOLATION,
            RuntimeFeature.PRIVILEGES,
            RuntimeFeature.WRITABLE_ROOT,
            RuntimeFeature.CPUS,
            RuntimeFeature.MEMORY,
            RuntimeFeature.OUT_OF_MEMORY_DETECTION,
            RuntimeFeature.PIDS,
            RuntimeFeature.SHARED_MEMORY,
            RuntimeFeature.ENGINE_OPTIONS);
  }

  @Test
  void apptainerSaysWhatItCan() {
    assertThat(
            arguments(
                Apptainer.DIALECT,
                limited().capability("NET_RAW").engineOptions(List.of("--nv")),
                Optional.empty()))
        .containsExactly(
            "exec",
            "--containall",
            "--no-eval",
            "--cleanenv",
            "--net",
            "--network=none",
            "--pid",
            "--no-privs",
            "--add-caps=CAP_NET_RAW",
            "--cpus=1.50",
            "--memory=1048576",
            "--memory-swap=1048576",
            "--pids-limit=9",
            "--pwd=/work",
            "--bind=/run/mount-0:/shared",
            "--bind=/run/mount-1:/data:ro",
            "--nv",
            "--",
            "/images/i",
            "prog",
            "-a",
            "b c");
    assertThat(arguments(Apptainer.DIALECT, settings(), Optional.empty()))
        .contains("--writable-tmpfs");
  }

  @Test
  void singularityDiffersByTheNamesOfVariables() {
    assertThat(arguments(Apptainer.SINGULARITY, limited(), Optional.empty()))
        .isEqualTo(arguments(Apptainer.DIALECT, limited(), Optional.empty()));
    assertThat(Apptainer.SINGULARITY.options().get(DialectOption.ENV_PREFIX))
        .containsExactly("SINGULARITYENV_");
    assertThat(Apptainer.DIALECT.options().get(DialectOption.ENV_PREFIX))
        .containsExactly("APPTAINERENV_");
    assertThat(Apptainer.DIALECT.say(DialectOption.PULL, "x").orElseThrow())
        .containsExactly("apptainer", "pull", "{file}", "docker://x");
  }

  @Test
  void nerdctlSaysTheSameAsDocker() {
    ContainerSpec spec = ContainerSpec.builder("n", "sha256:1").command(List.of("true")).build();
    EngineInfo info = new EngineInfo(Nerdctl.DIALECT, "engine", 4, false, Set.of());
    assertThat(CreateArguments.of(spec, info, List.of("SECRET"), Optional.empty()))
        .containsExactly(
            "create",
            "--name=n",
            "--pull=never",
            "--init",
            "--log-driver=none",
            "--network=none",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--ulimit=core=0",
            "--env=SECRET",
            "--entrypoint=true",
            "--",
            "sha256:1");
    assertThat(Nerdctl.DIALECT.unsupportedFeatures())
        .containsExactlyInAnyOrder(
            RuntimeFeature.OUT_OF_MEMORY_DETECTION, RuntimeFeature.READ_ONLY_SUBMOUNTS);
  }

  @Test
  void refusesANetworkOfItsOwnWhereThereIsOnlyTheNodes() {
    assertThat(arguments(Charliecloud.DIALECT, settings().network("host"), Optional.empty()))
        .isEqualTo(arguments(Charliecloud.DIALECT, settings(), Optional.empty()));
    assertThatThrownBy(
            () -> arguments(Charliecloud.DIALECT, settings().network("mine"), Optional.empty()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("mine");
  }

  @Test
  void whatANodeIgnoresIsNotSaid() {
    EngineInfo info =
        new EngineInfo(
            Docker.DIALECT, "engine", 4, false, Set.of(RuntimeFeature.MEMORY, RuntimeFeature.PIDS));
    assertThat(info.unsupportedFeatures())
        .containsExactlyInAnyOrder(
            RuntimeFeature.MEMORY, RuntimeFeature.PIDS, RuntimeFeature.OUT_OF_MEMORY_DETECTION);
    ContainerSpec spec = ContainerSpec.builder("n", "sha256:1").settings(limited().build()).build();
    assertThat(CreateArguments.of(spec, info, List.of(), Optional.empty()))
        .contains("--cpus=1.50")
        .noneMatch(argument -> argument.startsWith("--memory") || argument.startsWith("--pids"));
  }
}
