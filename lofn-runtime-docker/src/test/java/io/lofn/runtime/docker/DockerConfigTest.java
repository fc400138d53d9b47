package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerConfigTest {

  @TempDir private Path home;

  @Test
  void usesTheDefaultsOfTheDockerCommand() {
    DockerConfig config = config(Map.of(), Map.of());
    assertThat(config.address()).hasToString("unix:///var/run/docker.sock");
    assertThat(config.address().tls()).isNull();
    assertThat(config.configDirectory()).isEqualTo(home.resolve(".docker"));
    assertThat(config.callTimeout()).isEqualTo(RuntimeConfig.DEFAULT_CALL_TIMEOUT);
  }

  @Test
  void readsTheVariablesOfTheDockerCommand() {
    DockerConfig config =
        config(Map.of(), Map.of("DOCKER_HOST", "tcp://host:1234", "DOCKER_CONFIG", "/etc/docker"));
    assertThat(config.address()).hasToString("tcp://host:1234");
    assertThat(config.configDirectory()).isEqualTo(Path.of("/etc/docker"));
  }

  @Test
  void prefersItsOwnProperties() {
    DockerConfig config =
        config(
            Map.of("host", "unix:///run/other.sock", "config", "/etc/lofn"),
            Map.of("DOCKER_HOST", "tcp://host:1234", "DOCKER_CONFIG", "/etc/docker"));
    assertThat(config.address()).hasToString("unix:///run/other.sock");
    assertThat(config.configDirectory()).isEqualTo(Path.of("/etc/lofn"));
  }

  @Test
  void takesAnEmptyVariableForNone() {
    assertThat(config(Map.of(), Map.of("DOCKER_HOST", " ", "DOCKER_TLS_VERIFY", "")).address())
        .hasToString("unix:///var/run/docker.sock");
  }

  @ParameterizedTest
  @CsvSource({
    "unix:///run/docker.sock, unix:///run/docker.sock, localhost, ''",
    "tcp://host, tcp://host:2375, host:2375, ''",
    "tcp://host:99/, tcp://host:99, host:99, ''",
    "tcp://host:99/docker/, tcp://host:99/docker, host:99, /docker",
    "tcp://[::1]:99, tcp://[::1]:99, [::1]:99, ''"
  })
  void understandsAddresses(String host, String address, String header, String prefix) {
    EngineAddress parsed = EngineAddress.parse(host, null);
    assertThat(parsed).hasToString(address);
    assertThat(parsed.hostHeader()).isEqualTo(header);
    assertThat(parsed.pathPrefix()).isEqualTo(prefix);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/run/docker.sock", "unix://docker.sock", "ssh://host", "tcp://", "host:1", "a b"})
  void refusesOtherAddresses(String host) {
    assertThatThrownBy(() -> config(Map.of("host", host), Map.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'" + host + "'")
        .hasMessageContaining("spark.lofn.docker.host");
  }

  @Test
  void namesTheTlsFileThatIsMissing() throws Exception {
    Files.createFile(home.resolve("ca.pem"));
    assertThatThrownBy(
            () ->
                config(
                    Map.of("host", "tcp://host", "tls.verify", "true"),
                    Map.of("DOCKER_CERT_PATH", home.toString())))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(home.resolve("cert.pem").toString())
        .hasMessageContaining("DOCKER_CERT_PATH");
  }

  @Test
  void saysThatTlsFilesCannotBeUsed() throws Exception {
    for (String name : new String[] {"ca.pem", "cert.pem", "key.pem"}) {
      Files.writeString(home.resolve(name), "nonsense");
    }
    assertThatThrownBy(
            () ->
                config(
                    Map.of("host", "tcp://host", "cert.path", home.toString()),
                    Map.of("DOCKER_TLS_VERIFY", "1")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(home.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "DOCKER_TLS_VERIFY, 0",
    "DOCKER_TLS_VERIFY, 1",
    "DOCKER_TLS_VERIFY, false",
    "DOCKER_TLS_VERIFY, no",
    "DOCKER_TLS_VERIFY, off",
    "DOCKER_TLS_VERIFY, ' '",
    "DOCKER_TLS, 0",
    "DOCKER_TLS, true"
  })
  void neverSpeaksPlainTcpWhereAVariableAsksForTlsWithAnyValue(String variable, String value) {
    for (Map<String, String> properties :
        List.of(
            Map.of("host", "tcp://host"),
            Map.of("host", "tcp://host:2375"),
            Map.of("host", "tcp://host", "tls.verify", " "))) {
      assertThatThrownBy(() -> config(properties, Map.of(variable, value)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("ca.pem");
    }
    assertThatThrownBy(() -> config(Map.of(), Map.of(variable, value, "DOCKER_HOST", "tcp://host")))
        .hasMessageContaining("ca.pem");
    assertThat(config(Map.of(), Map.of(variable, value)).address().isUnix()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "false", "False", " FALSE "})
  void usesNoTlsIfItsOwnPropertySaysSo(String verify) {
    DockerConfig config =
        config(
            Map.of("host", "tcp://host", "tls.verify", verify), Map.of("DOCKER_TLS_VERIFY", "1"));
    assertThat(config.address().tls()).isNull();
  }

  @Test
  void usesNoTlsIfNothingAsksForIt() {
    DockerConfig config =
        config(Map.of("host", "tcp://host"), Map.of("DOCKER_TLS_VERIFY", "", "DOCKER_TLS", ""));
    assertThat(config.address().tls()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "off", "maybe", "2"})
  void refusesAPropertyThatIsNeitherTrueNorFalse(String verify) {
    assertThatThrownBy(() -> config(Map.of("host", "tcp://host", "tls.verify", verify), Map.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.docker.tls.verify")
        .hasMessageContaining("'" + verify + "'");
  }

  @Test
  void needsNoTlsFilesForAUnixSocket() {
    DockerConfig config = config(Map.of(), Map.of("DOCKER_TLS_VERIFY", "1"));
    assertThat(config.address().tls()).isNull();
  }

  @Test
  void limitsDeadlinesToWhatSocketsCanCount() {
    RuntimeConfig endless =
        RuntimeConfig.of(Map.of()).callTimeout(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(DockerConfig.of(endless, Map.of(), home).callTimeout().toMillis())
        .isBetween(1L, (long) Integer.MAX_VALUE);
  }

  @Test
  void documentsEveryPropertyThatItReads() {
    assertThat(new DockerRuntimeProvider().properties().keySet())
        .containsExactlyInAnyOrder("host", "tls.verify", "cert.path", "config", "cgroup.parent");
    assertThat(config(Map.of("cgroup.parent", " /yarn "), Map.of()).cgroupParent())
        .contains("/yarn");
    assertThat(config(Map.of(), Map.of()).cgroupParent()).isEmpty();
  }

  private DockerConfig config(Map<String, String> properties, Map<String, String> environment) {
    return DockerConfig.of(RuntimeConfig.of(properties), environment, home);
  }
}
