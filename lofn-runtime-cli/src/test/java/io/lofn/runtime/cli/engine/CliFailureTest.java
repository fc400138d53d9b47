package io.lofn.runtime.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.process.CommandResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliFailureTest {

  private static EngineException failure(String stderr) {
    return CliFailure.of("docker create", new CommandResult(1, "", stderr, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error response from daemon: Conflict. The container name \"/t\" is already in use by"
            + " container \"f7\".",
        "Error: creating container storage: the container name \"t\" is already in use by 52. You"
            + " have to remove that container to be able to reuse that name: that name is already"
            + " in use",
        "Cannot connect to the Docker daemon at unix:///nosuch. Is the docker daemon running?",
        "Error: unable to connect to Podman socket: Get \"http://d/v4.3.1/libpod/_ping\": dial unix"
            + " /nosuch: connect: no such file or directory",
        "error during connect: Get \"http://1.2.3.4/v1.50/info\": EOF",
        "dial tcp 127.0.0.1:5000: connect: connection refused",
        "net/http: TLS handshake timeout",
        "context deadline exceeded",
        "received unexpected HTTP status: 503 Service Unavailable",
        "toomanyrequests: You have reached your pull rate limit"
      })
  void mayPass(String message) {
    assertThat(failure(message).isTransient()).isTrue();
    assertThat(failure(message)).hasMessage("docker create: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error response from daemon: invalid mount config for type \"bind\": bind source path does"
            + " not exist: /x",
        "Error: statfs /nosuch: no such file or directory",
        "unknown flag: --lofn-no-such-option",
        "Error response from daemon: Minimum memory limit allowed is 6MB",
        "permission denied while trying to connect to the Docker daemon socket",
        "Error response from daemon: driver failed: bind: address already in use",
        "dial tcp: lookup missing.invalid on 10.0.0.1:53: no such host",
        "manifest for busybox:99 not found: manifest unknown"
      })
  void staysAsItIs(String message) {
    assertThat(failure(message).isTransient()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Resource limits are not supported and ignored on cgroups V1 rootless systems",
        "WARNING: Your kernel does not support memory limit capabilities or the cgroup is not"
            + " mounted. Limitation discarded.",
        "WARNING: Your kernel does not support CPU CFS scheduler. CPU period/quota discarded."
      })
  void knowsWhenALimitHasNoEffect(String warning) {
    assertThat(CliFailure.isLimitIgnored(warning)).isTrue();
    assertThat(CliFailure.isLimitIgnored("WARNING: IPv4 forwarding is disabled.")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error response from daemon: No such container: x",
        "Error: no container with name or ID \"x\" found: no such container",
        "Error: inspecting object: no such container x",
        "Error: No such object: x"
      })
  void knowsWhenThereIsNoContainer(String message) {
    assertThat(CliFailure.isNoSuchContainer(message)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cannot connect to the Docker daemon at unix:///nosuch. Is the docker daemon running?",
        "permission denied while trying to connect to the Docker daemon socket",
        "error during connect: Get \"http://x:1/v1\": dial tcp: lookup x: no such host",
        "pinging container registry 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"
      })
  void knowsWhenItIsNotTheImage(String message) {
    assertThat(CliFailure.isEnginesFault(message)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dial tcp: lookup missing.invalid on 10.0.0.1:53: no such host",
        "dial tcp: lookup missing.invalid on 10.0.0.1:53: read udp: i/o timeout",
        "pull access denied for x, repository does not exist or may require 'docker login'",
        "Error: short-name \"x\" did not resolve to an alias and no registries are defined",
        "manifest for busybox:99 not found: manifest unknown"
      })
  void knowsWhenItIsTheImage(String message) {
    assertThat(CliFailure.isEnginesFault(message)).isFalse();
  }

  @Test
  void aCallThatWasCutOffMayPass() {
    EngineException failure = CliFailure.of("docker rm", new CommandResult(-1, "", "", true));
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).hasMessageContaining("docker rm").hasMessageContaining("in time");
  }

  @Test
  void aCommandThatSaysNothingFailsWithItsCode() {
    assertThat(failure(" \n")).hasMessage("docker create: exit code 1");
  }

  @Test
  void aLongMessageIsCut() {
    assertThat(failure("x".repeat(100_000)).getMessage()).hasSizeLessThan(5000).endsWith(" ...");
  }

  @Test
  void saysWhatToDoAboutADeniedSocket() {
    String said =
        "permission denied while trying to connect to the Docker daemon socket at"
            + " unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect:"
            + " permission denied";
    assertThat(failure(said))
        .hasMessage(
            "docker create: %s. Add the user %s to the socket's group, usually 'docker', and restart the processes"
                .formatted(said, System.getProperty("user.name")));
  }

  @Test
  void leavesTheEnginesOwnHintAsItIs() {
    String said =
        "Cannot connect to the Docker daemon at unix:///nosuch. Is the docker daemon running?";
    assertThat(failure(said)).hasMessage("docker create: " + said);
  }
}
