package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.http.RegistryFailures;
import io.lofn.spi.ImageReference;
import io.lofn.spi.RuntimeConfig;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the whole messages of the most frequent failures, with their hints. */
class EngineMessagesTest {

  private static final EngineAddress SOCKET =
      EngineAddress.parse("unix:///no/such/docker.sock", null);
  private static final ImageReference IMAGE = ImageReference.parse("registry.example/align:2");

  private final RegistryFailures registry =
      new RegistryCredentials(Path.of("/home/me/.docker")).failures();

  @Test
  void theImageIsMissing() {
    assertThat(
            pullFailure(new NotFoundException("{\"message\":\"manifest for align:2 not found\"}")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessage(
            "Docker at unix:///no/such/docker.sock could not pull image registry.example/align:2:"
                + " status 404: manifest for align:2 not found. Check its name; where no registry"
                + " can be reached, load it on every node");
  }

  @Test
  void theImageIsDenied() {
    assertThat(
            pullFailure(
                new InternalServerErrorException("{\"message\":\"unauthorized: no access\"}")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessage(
            "Docker at unix:///no/such/docker.sock could not pull image registry.example/align:2:"
                + " status 500: unauthorized: no access. If it exists and is private, 'docker"
                + " login' stores credentials in /home/me/.docker/config.json");
  }

  @Test
  void theDaemonIsNotRunning() {
    String hint = ". Start the engine, or set DOCKER_HOST or spark.lofn.docker.host";
    EngineAddress port = EngineAddress.parse("tcp://node7:2375", null);
    assertThat(new DockerErrors(port).of("list containers", new ConnectException("refused")))
        .hasMessage(
            "Docker at tcp://node7:2375 could not list containers: connection refused" + hint);
    assertThat(
            new DockerRuntimeProvider()
                .unavailableReason(RuntimeConfig.of(Map.of("host", SOCKET.toString()))))
        .contains(
            "No Docker engine at unix:///no/such/docker.sock: there is no socket at"
                + " /no/such/docker.sock"
                + hint);
  }

  @Test
  void theSocketIsDenied() {
    assertThat(ConnectFailure.denied(SOCKET, "me"))
        .isEqualTo(
            "permission denied on /no/such/docker.sock. Add the user me to the socket's group,"
                + " usually 'docker', and restart the processes");
  }

  private EngineException pullFailure(RuntimeException answer) {
    return registry.explain(
        IMAGE, new DockerErrors(SOCKET).of("pull image registry.example/align:2", answer));
  }
}
