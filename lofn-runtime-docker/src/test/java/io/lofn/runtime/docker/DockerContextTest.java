package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts of the docker command, in the files that it writes. */
class DockerContextTest {

  @TempDir private Path home;

  @BeforeEach
  void makeContexts() throws Exception {
    context("far", "tcp://far.example:2375");
    context("near", "unix:///run/near.sock");
  }

  private Path docker() {
    return home.resolve(".docker");
  }

  private static String id(String name) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
  }

  private void context(String name, String host) throws Exception {
    Path directory = docker().resolve("contexts/meta").resolve(id(name));
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve("meta.json"),
        """
        {"Name":"%s","Metadata":{},"Endpoints":{"docker":{"Host":"%s","SkipTLSVerify":false}}}\
        """
            .formatted(name, host));
  }

  private void current(String name) throws Exception {
    Files.writeString(
        docker().resolve("config.json"), "{\"currentContext\": \"%s\"}".formatted(name));
  }

  private EngineAddress address(Map<String, String> environment) {
    return DockerConfig.of(RuntimeConfig.of(Map.of()), environment, home).address();
  }

  @Test
  void theCurrentContextIsFollowed() throws Exception {
    current("far");
    assertThat(address(Map.of())).hasToString("tcp://far.example:2375");
  }

  @Test
  void theVariableWinsOverTheCurrentContext() throws Exception {
    current("far");
    assertThat(address(Map.of("DOCKER_CONTEXT", "near"))).hasToString("unix:///run/near.sock");
    assertThat(address(Map.of("DOCKER_CONTEXT", "default"))).hasToString(DockerConfig.DEFAULT_HOST);
    assertThat(address(Map.of("DOCKER_CONTEXT", " "))).hasToString("tcp://far.example:2375");
  }

  @Test
  void anAddressThatIsSaidWinsOverEveryContext() throws Exception {
    current("far");
    assertThat(address(Map.of("DOCKER_CONTEXT", "near", "DOCKER_HOST", "tcp://host:1")))
        .hasToString("tcp://host:1");
    assertThat(
            DockerConfig.of(
                    RuntimeConfig.of(Map.of("host", "unix:///run/own.sock")),
                    Map.of("DOCKER_CONTEXT", "no-such-context"),
                    home)
                .address())
        .hasToString("unix:///run/own.sock");
  }

  @Test
  void theDefaultContextIsNone() throws Exception {
    current("default");
    assertThat(address(Map.of())).hasToString(DockerConfig.DEFAULT_HOST);
    Files.writeString(docker().resolve("config.json"), "no JSON");
    assertThat(address(Map.of())).hasToString(DockerConfig.DEFAULT_HOST);
  }

  @Test
  void aContextThatIsMissingIsAReasonThatNamesItAndWhereItWasLookedFor() throws Exception {
    Path file = docker().resolve("contexts/meta").resolve(id("gone")).resolve("meta.json");
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "gone")))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "The Docker context 'gone' (DOCKER_CONTEXT) does not exist on this node: there is no "
                + file
                + ". Create it with 'docker context create', unset DOCKER_CONTEXT, or set"
                + " spark.lofn.docker.host");
    current("lost");
    assertThatThrownBy(() -> address(Map.of()))
        .hasMessageContaining("'lost' (currentContext in " + docker().resolve("config.json"));
  }

  @Test
  void aContextThatIsNoneOfAnEngineIsNamed() throws Exception {
    context("ssh", "ssh://user@host");
    context("empty", "");
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "ssh")))
        .hasMessageStartingWith(
            "The Docker context 'ssh' (DOCKER_CONTEXT) cannot be used: Not an engine's address:"
                + " 'ssh://user@host'");
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "empty")))
        .hasMessageContaining("'empty' (DOCKER_CONTEXT) names no engine");
  }

  @Test
  void theTlsFilesOfAContextAreUsed() throws Exception {
    Path tls = docker().resolve("contexts/tls").resolve(id("far")).resolve("docker");
    Files.createDirectories(tls);
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "far")))
        .hasMessageContaining("'far' (DOCKER_CONTEXT)")
        .hasMessageContaining(tls.resolve("ca.pem").toString());
    Path files = new TestCertificates(home).clientDirectory();
    Files.copy(files.resolve("ca.pem"), tls.resolve("ca.pem"));
    assertThat(address(Map.of("DOCKER_CONTEXT", "far")).tls()).isNotNull();
    Files.copy(files.resolve("cert.pem"), tls.resolve("cert.pem"));
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "far")))
        .hasMessageContaining(tls.resolve("key.pem").toString());
    Files.copy(files.resolve("key.pem"), tls.resolve("key.pem"));
    assertThat(address(Map.of("DOCKER_CONTEXT", "far")).tls()).isNotNull();
    context("near", "unix:///run/near.sock");
    assertThat(address(Map.of("DOCKER_CONTEXT", "near")).tls()).isNull();
  }

  @Test
  void aContextWithoutTlsFilesIsNotSpokenToInPlainWhereAVariableAsksForTls() {
    assertThatThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "far", "DOCKER_TLS_VERIFY", "1")))
        .hasMessageContaining(docker().resolve("ca.pem").toString());
  }
}
