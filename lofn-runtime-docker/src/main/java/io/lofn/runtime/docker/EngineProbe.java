package io.lofn.runtime.docker;

import io.lofn.http.ByteConnection;
import io.lofn.http.DeadlineCalls;
import io.lofn.http.EngineErrors;
import io.lofn.http.HttpHead;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Checks with the cheapest request whether an engine is usable. */
final class EngineProbe {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private EngineProbe() {}

  static Optional<String> unavailableReason(DockerConfig config) {
    EngineAddress address = config.address();
    Duration atMost = config.callTimeout().compareTo(LIMIT) < 0 ? config.callTimeout() : LIMIT;
    try (DeadlineCalls calls = new DeadlineCalls("lofn-docker");
        ByteConnection connection = address.open()) {
      HttpHead head = calls.call(atMost, () -> ping(address, connection, atMost));
      return problem(address, head);
    } catch (TimeoutException e) {
      return Optional.of(
          "The Docker engine at "
              + address
              + " does not answer within "
              + EngineErrors.seconds(atMost));
    } catch (IOException e) {
      return Optional.of(unreachable(address, e));
    } catch (ExecutionException e) {
      return Optional.of(
          e.getCause() instanceof IOException cause
              ? unreachable(address, cause)
              : "Could not send a request to the Docker engine at "
                  + address
                  + ": "
                  + e.getCause());
    }
  }

  private static HttpHead ping(EngineAddress address, ByteConnection connection, Duration atMost)
      throws IOException {
    connection.connect(atMost);
    String request =
        "GET "
            + address.pathPrefix()
            + "/_ping HTTP/1.1\r\nHost: "
            + address.hostHeader()
            + "\r\nConnection: close\r\n\r\n";
    byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
    connection.write(bytes, 0, bytes.length);
    return HttpHead.read(connection);
  }

  private static Optional<String> problem(EngineAddress address, HttpHead head) {
    Optional<ApiVersion> api = head.header("api-version").flatMap(ApiVersion::parse);
    if (head.status() != 200 || api.isEmpty()) {
      String answer = "status " + head.status() + (api.isEmpty() ? ", no API version" : "");
      return Optional.of(notDocker(address, answer));
    }
    if (api.get().compareTo(ApiVersion.OLDEST) < 0) {
      return Optional.of("The engine at " + address + " " + ApiVersion.tooOld(api.get()));
    }
    return Optional.empty();
  }

  private static String notDocker(EngineAddress address, String answer) {
    String hint =
        address.isUnix() || address.tls() != null
            ? ""
            : ". If it requires TLS, set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH";
    return "The server at " + address + " is not a Docker engine: " + answer + hint;
  }

  private static String unreachable(EngineAddress address, IOException failure) {
    if (failure instanceof ProtocolException) {
      return notDocker(address, failure.getMessage());
    }
    return "No Docker engine at " + address + ": " + ConnectFailure.explain(address, failure);
  }
}
