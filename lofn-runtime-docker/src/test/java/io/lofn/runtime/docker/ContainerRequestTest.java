package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerRequestTest {

  @Test
  void isClosedUnlessOpened() {
    JsonNode request = json(spec());
    JsonNode host = request.path("HostConfig");
    assertThat(request.path("NetworkDisabled").asBoolean()).isTrue();
    assertThat(host.path("NetworkMode").asText()).isEqualTo("none");
    assertThat(host.path("CapDrop")).hasToString("[\"ALL\"]");
    assertThat(host.path("CapAdd").isMissingNode() || host.path("CapAdd").isNull()).isTrue();
    assertThat(host.path("SecurityOpt")).hasToString("[\"no-new-privileges\"]");
    assertThat(host.path("LogConfig").path("Type").asText()).isEqualTo("none");
    assertThat(host.path("Init").asBoolean()).isTrue();
    assertThat(request.path("Healthcheck").path("Test")).hasToString("[\"NONE\"]");
    assertThat(request.path("Image").asText()).isEqualTo("sha256:1");
    for (String limit : List.of("Memory", "MemorySwap", "NanoCpus", "PidsLimit", "ShmSize")) {
      assertThat(host.path(limit).asLong()).as(limit).isZero();
    }
  }

  @Test
  void opensWhatIsAskedFor() {
    JsonNode request =
        json(
            with(
                settings ->
                    settings
                        .network("bridge")
                        .capability("CAP_SYS_PTRACE")
                        .capability("net_raw")
                        .newPrivileges(true)
                        .readOnlyRoot(true)
                        .user("1:2")
                        .workingDirectory("/w")));
    JsonNode host = request.path("HostConfig");
    assertThat(request.path("NetworkDisabled").asBoolean()).isFalse();
    assertThat(host.path("NetworkMode").asText()).isEqualTo("bridge");
    assertThat(host.path("CapAdd")).hasToString("[\"SYS_PTRACE\",\"NET_RAW\"]");
    assertThat(host.path("SecurityOpt").size()).isZero();
    assertThat(host.path("ReadonlyRootfs").asBoolean()).isTrue();
    assertThat(request.path("User").asText()).isEqualTo("1:2");
    assertThat(request.path("WorkingDir").asText()).isEqualTo("/w");
  }

  @Test
  void putsContainersBelowTheCgroupOfTheConfiguration() {
    assertThat(json(spec()).at("/HostConfig/CgroupParent").asText()).isEqualTo("/yarn");
  }

  @Test
  void closesWhatIsMountedBelowAReadOnlyMountWhereTheEngineCan() {
    ContainerSpec.Builder spec =
        spec()
            .mount(new Mount(Path.of("/a"), "/a", true))
            .mount(new Mount(Path.of("/b"), "/b", false));
    JsonNode closed = json(spec, true).at("/HostConfig/Mounts");
    assertThat(closed.at("/0/BindOptions/ReadOnlyForceRecursive").asBoolean()).isTrue();
    assertThat(closed.at("/0/BindOptions/Propagation").asText()).isEqualTo("rprivate");
    assertThat(closed.at("/1/BindOptions/ReadOnlyForceRecursive").asBoolean()).isFalse();
    assertThat(json(spec).at("/HostConfig/Mounts").toString()).doesNotContain("Recursive");
  }

  @ParameterizedTest
  @CsvSource({
    "5.12, true",
    "5.12.0-rc1, true",
    "6.1.0-13-amd64, true",
    "10.0, true",
    "5.11.22, false",
    "4.18.0-553.el8, false",
    "'', false",
    "unknown, false"
  })
  void kernelsCloseWhatIsMountedBelowFrom512On(String version, boolean closes) {
    assertThat(KernelVersion.closesSubmounts(version)).isEqualTo(closes);
  }

  @Test
  void replacesTheEntrypoint() {
    JsonNode request = json(spec().command(List.of("sort", "-r", "")));
    assertThat(request.path("Entrypoint")).hasToString("[\"sort\"]");
    assertThat(request.path("Cmd")).hasToString("[\"-r\",\"\"]");
  }

  @Test
  void keepsTheEntrypointForArguments() {
    JsonNode request = json(spec().arguments(List.of("-r")));
    assertThat(request.path("Entrypoint").size()).isZero();
    assertThat(request.path("Cmd")).hasToString("[\"-r\"]");
  }

  @Test
  void runsWhatTheImageSays() {
    JsonNode request = json(spec());
    assertThat(request.path("Entrypoint").size()).isZero();
    assertThat(request.path("Cmd").size()).isZero();
  }

  @Test
  void opensTheInputForOneClient() {
    JsonNode open = json(spec().stdin());
    assertThat(open.path("OpenStdin").asBoolean()).isTrue();
    assertThat(open.path("StdinOnce").asBoolean()).isTrue();
    assertThat(json(spec()).path("OpenStdin").asBoolean()).isFalse();
  }

  @Test
  void mountsWithoutCreatingTheSource() {
    JsonNode host = json(spec().mount(new Mount(Path.of("/a b"), "/c:d", true))).path("HostConfig");
    JsonNode mount = host.path("Mounts").path(0);
    assertThat(mount.path("Type").asText()).isEqualTo("bind");
    assertThat(mount.path("Source").asText()).isEqualTo("/a b");
    assertThat(mount.path("Target").asText()).isEqualTo("/c:d");
    assertThat(mount.path("ReadOnly").asBoolean()).isTrue();
    assertThat(host.path("Binds").size()).isZero();
  }

  @Test
  void givesDevicesIfAskedFor() {
    Device device = new Device(Path.of("/dev/null"), "/dev/x", "rw");
    assertThat(json(spec().device(device)).at("/HostConfig/Devices"))
        .hasToString(
            "[{\"CgroupPermissions\":\"rw\",\"PathOnHost\":\"/dev/null\",\"PathInContainer\":\"/dev/x\"}]");
    assertThat(json(spec()).at("/HostConfig/Devices").size()).isZero();
  }

  @Test
  void limitsResources() {
    ResourceLimits limits =
        ResourceLimits.none().cpus(1.5).memory(1L << 40).pids(12).sharedMemory(1 << 20);
    JsonNode host =
        json(with(settings -> settings.limits(limits).tmpfs("/t", 1L << 33))).path("HostConfig");
    assertThat(host.path("NanoCpus").asLong()).isEqualTo(1_500_000_000);
    assertThat(host.path("Memory").asLong()).isEqualTo(1L << 40);
    assertThat(host.path("MemorySwap").asLong()).isEqualTo(1L << 40);
    assertThat(host.path("PidsLimit").asLong()).isEqualTo(12);
    assertThat(host.path("ShmSize").asLong()).isEqualTo(1 << 20);
    assertThat(host.path("Tmpfs").path("/t").asText())
        .isEqualTo("exec,nosuid,nodev,mode=1777,size=" + (1L << 33));
  }

  @Test
  void asksForNoMoreProcessorsThanThereAre() {
    assertThat(nanoCpus(1e6)).isEqualTo(4_000_000_000L);
    assertThat(nanoCpus(Double.MAX_VALUE)).isEqualTo(4_000_000_000L);
    assertThat(nanoCpus(4)).isEqualTo(4_000_000_000L);
    assertThat(nanoCpus(0.0001)).isEqualTo(10_000_000);
  }

  private static long nanoCpus(double cpus) {
    return json(with(settings -> settings.limits(ResourceLimits.none().cpus(cpus))))
        .path("HostConfig")
        .path("NanoCpus")
        .asLong();
  }

  @Test
  void passesTheEnvironment() {
    JsonNode request =
        json(with(settings -> settings.environment("A", "=b c\n").environment("E", "")));
    assertThat(request.path("Env")).hasToString("[\"A==b c\\n\",\"E=\"]");
  }

  @Test
  void refusesTheOptionsOfACommandLine() {
    ContainerSpec.Builder spec = with(settings -> settings.engineOptions(List.of("--gpus=all")));
    assertThatThrownBy(() -> json(spec))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("--gpus=all")
        .hasMessageContaining("'cli'");
  }

  @Test
  void refusesWhatIsNoCapability() {
    ContainerSpec.Builder spec = with(settings -> settings.capability("FLY"));
    assertThatThrownBy(() -> json(spec))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'FLY'");
  }

  private static ContainerSpec.Builder spec() {
    return ContainerSpec.builder("name", "sha256:1");
  }

  private static ContainerSpec.Builder with(Consumer<ContainerSettings.Builder> change) {
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    change.accept(settings);
    return spec().settings(settings.build());
  }

  /** Returns the request that docker-java would send; the client does not connect for it. */
  private static JsonNode json(ContainerSpec.Builder spec) {
    return json(spec, false);
  }

  private static JsonNode json(ContainerSpec.Builder spec, boolean closesSubmounts) {
    DockerClientConfig config =
        new DefaultDockerClientConfig.Builder().withDockerHost("unix:///none").build();
    DockerHttpClient http =
        new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build();
    DockerClient client = DockerClientImpl.getInstance(config, http);
    ContainerSpec built = spec.build();
    CreateContainerCmd request =
        new ContainerRequest(() -> 4, () -> closesSubmounts, Optional.of("/yarn"))
            .fill(client.createContainerCmd(built.image()), built);
    return config.getObjectMapper().valueToTree(request);
  }
}
