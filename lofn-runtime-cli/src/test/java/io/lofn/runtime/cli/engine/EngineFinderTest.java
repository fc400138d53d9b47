package io.lofn.runtime.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.CliRuntimeProvider;
import io.lofn.runtime.cli.dialect.Docker;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.dialect.Podman;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineFinderTest {

  private static final String PODMAN_INFO =
      """
      info*) echo '{"host":{"cpus":8,"security":{"rootless":true}},"version":{"Version":"4.3.1"}}' ;;
      """;

  @TempDir Path one;
  @TempDir Path two;

  private static CliEngine find(Map<String, String> properties, Path... searchPath) {
    StringBuilder path = new StringBuilder("relative:");
    for (Path directory : searchPath) {
      path.append(':').append(directory);
    }
    return new EngineFinder(RuntimeConfig.of(properties), path.toString()).find();
  }

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(ContainerRuntimeProvider.class))
        .anySatisfy(
            provider -> {
              assertThat(provider).isInstanceOf(CliRuntimeProvider.class);
              assertThat(provider.name()).isEqualTo("cli");
              assertThat(provider.priority()).isEqualTo(-30);
              assertThat(provider.properties())
                  .containsOnlyKeys("command", "dialect", "dialect.file", "images", "state");
            });
  }

  @Test
  void takesDockerIfItsEngineAnswers() throws Exception {
    FakeCli.named("docker", one, "");
    FakeCli.named("podman", two, PODMAN_INFO);
    EngineInfo found = find(Map.of(), one, two).info();
    assertThat(found.dialect()).isEqualTo(Docker.DIALECT);
    assertThat(found.description()).isEqualTo("docker CLI 28.1 with engine 20.10");
  }

  @Test
  void takesPodmanIfDockersEngineDoesNotAnswer() throws Exception {
    FakeCli.named("docker", one, "info*) echo 'Cannot connect' >&2; exit 1 ;;");
    FakeCli.named("podman", two, PODMAN_INFO);
    EngineInfo found = find(Map.of(), one, two).info();
    assertThat(found.dialect()).isEqualTo(Podman.DIALECT);
    assertThat(found.description()).isEqualTo("podman CLI 4.3.1, rootless");
  }

  @Test
  void recognisesAPodmanThatIsCalledDocker() throws Exception {
    FakeCli.named("docker", one, PODMAN_INFO);
    assertThat(find(Map.of(), one).dialect()).isEqualTo(Podman.DIALECT);
  }

  @Test
  void takesTheCommandAndDialectThatAreConfigured() throws Exception {
    Path program = FakeCli.named("my engine", one, PODMAN_INFO).program();
    CliEngine found = find(Map.of("command", program.toString(), "dialect", "docker"));
    assertThat(found.dialect()).isEqualTo(Docker.DIALECT);
    assertThat(found.info().cpus()).isEqualTo(8);
  }

  @Test
  void saysOfEachProgramWhyItCannotBeUsed() throws Exception {
    FakeCli.named("docker", one, "info*) echo 'permission denied on the socket' >&2; exit 1 ;;");
    assertThatThrownBy(() -> find(Map.of(), one))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("docker: permission denied on the socket")
        .hasMessageContaining("podman: no such program on the PATH");
  }

  @Test
  void refusesWhatCannotBeAProgram() throws Exception {
    Path file = Files.writeString(one.resolve("file"), "text");
    Path text = FakeCli.named("text", one, "info*) echo hello ;;").program();
    assertThat(reason(Map.of("command", "no-such-program"))).contains("on the PATH");
    assertThat(reason(Map.of("command", "./docker"))).contains("absolute path");
    assertThat(reason(Map.of("command", "/no/such/docker"))).contains("no such program");
    assertThat(reason(Map.of("command", file.toString()))).contains("could not run it");
    assertThat(reason(Map.of("command", text.toString()))).contains("not that of a known engine");
    assertThat(reason(Map.of("command", "a\0b"))).contains("no file can have this name");
    assertThat(reason(Map.of("command", ""))).contains("no such program");
    assertThat(reason(Map.of("command", text.toString(), "dialect", "rkt")))
        .contains(
            "unknown dialect 'rkt'; the dialects are [docker, podman, nerdctl, charliecloud,");
  }

  private static String reason(Map<String, String> properties) {
    Optional<String> reason =
        new CliRuntimeProvider().unavailableReason(RuntimeConfig.of(properties));
    return reason.orElseThrow();
  }

  @Test
  void doesNotWaitForAProgramThatHangs() throws Exception {
    FakeCli hanging = FakeCli.in(one, "info*) sleep 600 ;;");
    RuntimeConfig config = hanging.config(Duration.ofSeconds(2));
    long start = System.nanoTime();
    assertThat(new CliRuntimeProvider().unavailableReason(config).orElseThrow())
        .contains("no answer within 1000 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }
}
