package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests an engine behind TLS that requires a certificate of the client. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsEngineIT {

  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private static Path directory;

  private static final TestEngine ENGINE = new TestEngine();
  private static TestCertificates certificates;
  private static EngineProxy proxy;

  @BeforeAll
  static void listen() throws Exception {
    certificates = new TestCertificates(directory);
    SSLServerSocketFactory sockets = certificates.serverContext().getServerSocketFactory();
    proxy = new EngineProxy(ENGINE.address(), new ClientsProveThemselves(sockets));
  }

  @AfterAll
  static void leavesNothing() throws Exception {
    proxy.close();
    try (ContainerRuntime direct = ENGINE.runtime()) {
      assertThat(direct.list(ENGINE.label())).isEmpty();
    }
  }

  private static Map<String, String> properties() throws Exception {
    return Map.of(
        "host", proxy.host(),
        "tls.verify", "true",
        "cert.path", certificates.clientDirectory().toString());
  }

  private static ContainerRuntime runtime() throws Exception {
    return TestEngine.runtime(properties(), LONG);
  }

  @Test
  void isUsable() throws Exception {
    assertThat(new DockerRuntimeProvider().unavailableReason(RuntimeConfig.of(properties())))
        .isEmpty();
    try (ContainerRuntime runtime = runtime()) {
      assertThat(runtime.engine()).contains(proxy.host());
    }
  }

  @Test
  void passesTheEndOfInputAndManyBytesBothWays() throws Exception {
    byte[] block = new byte[1 << 16];
    int blocks = 256;
    try (ContainerRuntime runtime = runtime();
        RunningContainer container =
            runtime.start(ENGINE.shell(runtime, "cat; echo end >&2; exit 3").stdin().build())) {
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                try (OutputStream stdin = container.stdin()) {
                  for (int i = 0; i < blocks; i++) {
                    stdin.write(block);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      long received = container.stdout().transferTo(OutputStream.nullOutputStream());
      writer.get();
      assertThat(received).isEqualTo((long) blocks * block.length);
      assertThat(new String(container.stderr().readAllBytes(), UTF_8)).isEqualTo("end\n");
      assertThat(container.await(LONG)).contains(new ContainerExit(3, false));
    }
  }

  @Test
  void freesThreadsWhenClosed() throws Exception {
    try (ContainerRuntime runtime = runtime();
        RunningContainer container =
            runtime.start(ENGINE.shell(runtime, "sleep 600").stdin().build())) {
      CompletableFuture<Integer> reader =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return container.stdout().read();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      CompletableFuture<Boolean> writer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  while (true) {
                    container.stdin().write(new byte[1 << 20]);
                  }
                } catch (IOException e) {
                  return true;
                }
              });
      SECONDS.sleep(1);
      proxy.freeze();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(container::close);
      try {
        assertThat(reader.get(20, SECONDS)).isEqualTo(-1);
        assertThat(writer.get(20, SECONDS)).isTrue();
      } finally {
        proxy.thaw();
      }
      closed.get();
    }
  }

  @Test
  void freesAWriterWhenTheToolEnds() throws Exception {
    try (ContainerRuntime runtime = runtime();
        RunningContainer container =
            runtime.start(ENGINE.shell(runtime, "sleep 1; echo out").stdin().build())) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  container.stdin().write(new byte[1 << 20]);
                }
              })
          .isInstanceOf(IOException.class);
      assertThat(container.await(LONG)).contains(new ContainerExit(0, false));
      assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("out\n");
    }
  }

  @Test
  void isRefusedWithoutTheRightCertificates(@TempDir Path other) throws Exception {
    Path wrong = new TestCertificates(other).clientDirectory();
    Map<String, String> properties =
        Map.of("host", proxy.host(), "tls.verify", "1", "cert.path", wrong.toString());
    assertThat(new DockerRuntimeProvider().unavailableReason(RuntimeConfig.of(properties)))
        .hasValueSatisfying(reason -> assertThat(reason).contains(proxy.host(), "TLS"));
    assertThatThrownBy(() -> TestEngine.runtime(properties, LONG))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("TLS");
  }

  @Test
  void saysSoWhenTlsWasForgotten() {
    RuntimeConfig plain = RuntimeConfig.of(Map.of("host", proxy.host()));
    assertThat(new DockerRuntimeProvider().unavailableReason(plain))
        .hasValueSatisfying(reason -> assertThat(reason).contains("DOCKER_TLS_VERIFY"));
  }

  /** Server sockets that ask for a certificate. */
  private static final class ClientsProveThemselves extends ServerSocketFactory {

    private final ServerSocketFactory sockets;

    ClientsProveThemselves(ServerSocketFactory sockets) {
      this.sockets = sockets;
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      SSLServerSocket socket = (SSLServerSocket) sockets.createServerSocket(port, backlog, address);
      socket.setNeedClientAuth(true);
      return socket;
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }
  }
}
