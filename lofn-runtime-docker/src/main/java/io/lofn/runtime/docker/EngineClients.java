package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.core.DefaultDockerCmdExecFactory;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.lofn.http.EngineAnswerException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Two pools of connections to an engine, both without a size limit: in one, answers have the call
 * timeout; in the other, the callers have their own deadlines. Thread-safe.
 */
final class EngineClients implements AutoCloseable {

  private static final int HTTP_OK = 200;
  private static final int MOST_BYTES = 64 << 20;

  private final DockerHttpClient controlConnections;
  private final DockerHttpClient streamConnections;
  private final DefaultDockerCmdExecFactory commands;
  private final DockerClient control;
  private final DockerClient streams;
  private volatile boolean answered;

  // Guarded by this.
  private int users;
  private @Nullable Runnable whenUnused;

  /** Creates the pools; does not connect yet. */
  EngineClients(DockerConfig config, DockerClientConfig clientConfig) {
    EngineAddress address = config.address();
    Duration timeout = config.callTimeout();
    controlConnections = new QuietHttpClient(address, timeout, timeout);
    streamConnections = new QuietHttpClient(address, timeout, null);
    commands = new DefaultDockerCmdExecFactory(controlConnections, clientConfig.getObjectMapper());
    commands.init(clientConfig);
    control = DockerClientImpl.getInstance(clientConfig, controlConnections);
    streams = DockerClientImpl.getInstance(clientConfig, streamConnections);
  }

  /**
   * Keeps the connections open until {@link #leave}.
   *
   * @return false if they are discarded
   */
  synchronized boolean enter() {
    if (whenUnused != null) {
      return false;
    }
    users++;
    return true;
  }

  /** Ends the use that {@link #enter} began. */
  void leave() {
    Runnable action;
    synchronized (this) {
      users--;
      action = users == 0 ? whenUnused : null;
    }
    if (action != null) {
      action.run();
    }
  }

  /** Prevents new uses, and runs an action when the last use has ended. */
  void giveUp(Runnable action) {
    boolean unused;
    synchronized (this) {
      whenUnused = action;
      unused = users == 0;
    }
    if (unused) {
      action.run();
    }
  }

  /** Returns the client for short calls. */
  DockerClient control() {
    return control;
  }

  /** Returns the client for long calls, whose deadlines the callers enforce. */
  DockerClient streams() {
    return streams;
  }

  /**
   * Returns an empty request. Its {@code toString} hides the content, since the library logs
   * requests before it sends them.
   */
  CreateContainerCmd creation(String image) {
    return new CreateContainerCmdImpl(commands.createCreateContainerCmdExec(), null, image) {
      @Override
      public String toString() {
        return "create a container of " + image;
      }
    };
  }

  /** Makes a call, and records that the engine answered. */
  <C, T> T ask(C client, Function<C, T> request) {
    T answer = request.apply(client);
    answered = true;
    return answer;
  }

  /** Returns the answer to a request that the client library does not support. */
  String get(String path, Map<String, String> headers) throws IOException {
    Request request =
        Request.builder().method(Request.Method.GET).path(path).putAllHeaders(headers).build();
    try (Response response = controlConnections.execute(request)) {
      byte[] bytes = response.getBody().readNBytes(MOST_BYTES);
      if (bytes.length == MOST_BYTES) {
        throw new ProtocolException("the answer is longer than " + MOST_BYTES + " bytes");
      }
      String body = new String(bytes, UTF_8);
      if (response.getStatusCode() != HTTP_OK) {
        throw new EngineAnswerException(response.getStatusCode(), body, retryAfter(response));
      }
      answered = true;
      return body;
    }
  }

  private static @Nullable String retryAfter(Response response) {
    return response.getHeaders().entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase("Retry-After"))
        .flatMap(header -> header.getValue().stream())
        .findFirst()
        .orElse(null);
  }

  /** Returns whether there may be idle connections, which the end of an engine breaks. */
  boolean mayHaveIdleConnections() {
    return answered;
  }

  /** Closes all connections. */
  @Override
  public void close() {
    try (controlConnections;
        streamConnections) {
      answered = false;
    } catch (IOException | RuntimeException ignored) {
      // No data can be lost.
    }
  }
}
