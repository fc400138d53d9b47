package io.lofn.runtime.docker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineProbeTest {

  @Test
  void findsNothingWrongWithAnEngine() throws Exception {
    try (FakeEngine engine = new FakeEngine(FakeEngine.head("200 OK", "Api-Version: 1.41"))) {
      assertThat(reason(engine)).isEmpty();
      assertThat(engine.requests().get(0)).startsWith("GET /_ping HTTP/1.1\n");
    }
  }

  @Test
  void saysThatTheEngineIsTooOld() throws Exception {
    try (FakeEngine engine = new FakeEngine(FakeEngine.head("200 OK", "API-Version: 1.40"))) {
      assertThat(reason(engine)).hasValueSatisfying(is("1.40", "1.41", "20.10", engine.host()));
    }
  }

  @Test
  void saysThatItIsNoDocker() throws Exception {
    try (FakeEngine engine = new FakeEngine(FakeEngine.head("200 OK", "Server: nginx"))) {
      assertThat(reason(engine)).hasValueSatisfying(is("not a Docker engine", "no API version"));
    }
    try (FakeEngine engine = new FakeEngine("SSH-2.0-OpenSSH_9.2\r\n")) {
      assertThat(reason(engine)).hasValueSatisfying(is(engine.host(), "SSH-2.0-OpenSSH_9.2"));
    }
    try (FakeEngine engine = new FakeEngine(FakeEngine.head("502 Bad", "Api-Version: 1.41"))) {
      assertThat(reason(engine)).hasValueSatisfying(is("status 502"));
    }
  }

  @Test
  void saysThatThereIsNoSocket(@TempDir Path directory) {
    Path missing = directory.resolve("no.sock");
    assertThat(reason("unix://" + missing))
        .hasValueSatisfying(is("no socket at " + missing, "DOCKER_HOST", "spark.lofn.docker.host"));
  }

  @Test
  void saysThatNobodyListensOnTheSocket() throws Exception {
    try (FakeEngine engine = new FakeEngine("")) {
      Path stale = engine.socket().resolveSibling("stale.sock");
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(stale));
      server.close();
      assertThat(reason("unix://" + stale)).hasValueSatisfying(is("connection refused"));
      assertThat(stale.toFile().delete()).isTrue();
    }
  }

  @Test
  void saysThatNobodyListensOnThePort() throws IOException {
    String host = "tcp://127.0.0.1:" + unusedPort();
    assertThat(reason(host)).hasValueSatisfying(is(host, "connection refused"));
  }

  @Test
  void saysThatTheHostIsUnknown() {
    assertThat(reason("tcp://no-such-host.invalid:1"))
        .hasValueSatisfying(is("unknown host no-such-host.invalid"));
  }

  @Test
  void waitsNoLongerThanTheDeadlineForAnEngineThatDoesNotAnswer() throws Exception {
    try (FakeEngine engine = new FakeEngine("")) {
      long start = System.nanoTime();
      assertThat(reason(engine))
          .hasValueSatisfying(is(engine.host(), "does not answer within 2 s"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void waitsNoLongerThanTheDeadlineForAPortThatDoesNotAccept() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(reason("tcp://127.0.0.1:" + full.getLocalPort()))
          .hasValueSatisfying(is("does not answer within 2 s"));
    }
  }

  @Test
  void doesNotThrowIfTheConfigurationIsWrong() {
    assertThat(reason("nonsense")).hasValueSatisfying(is("'nonsense'", "DOCKER_HOST"));
    Optional<String> noTls =
        new DockerRuntimeProvider()
            .unavailableReason(
                RuntimeConfig.of(
                    Map.of("host", "tcp://host", "tls.verify", "1", "cert.path", "/no/such")));
    assertThat(noTls).hasValueSatisfying(is("/no/such/ca.pem"));
  }

  private static Consumer<String> is(String... parts) {
    return text -> assertThat(text).contains(parts).doesNotContain("\n");
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Optional<String> reason(FakeEngine engine) {
    return reason(engine.host());
  }

  private static Optional<String> reason(String host) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("host", host)).callTimeout(Duration.ofSeconds(2));
    return new DockerRuntimeProvider().unavailableReason(config);
  }
}
