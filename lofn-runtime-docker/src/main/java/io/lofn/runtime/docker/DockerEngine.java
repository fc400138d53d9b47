package io.lofn.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.lofn.api.EngineException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one engine. Every call has a deadline and fails with an {@link
 * EngineException} that says what was asked. Thread-safe.
 */
final class DockerEngine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DockerEngine.class);

  private final EngineAddress address;
  private final ApiVersion api;
  private final String version;
  private final Duration callTimeout;
  private final DeadlineCalls calls;
  private final DockerErrors errors;
  private final DockerClient control;
  private final DockerClient streams;
  private volatile int cpus;

  private DockerEngine(DockerConfig config, DeadlineCalls calls, Clients clients, Version version) {
    address = config.address();
    api = clients.negotiate(version);
    this.version = Objects.toString(version.getVersion(), "of unknown version");
    callTimeout = config.callTimeout();
    this.calls = calls;
    errors = new DockerErrors(address);
    DockerClientConfig clientConfig = config.forClient(api);
    control = DockerClientImpl.getInstance(clientConfig, clients.control);
    streams = DockerClientImpl.getInstance(clientConfig, clients.streams);
  }

  /** Connects, and agrees with the engine on a version of its API. */
  static DockerEngine connect(DockerConfig config) {
    DeadlineCalls calls = new DeadlineCalls();
    Clients clients = Clients.of(config);
    DockerErrors errors = new DockerErrors(config.address());
    String action = "tell its version";
    try {
      DockerClient client = DockerClientImpl.getInstance(config.forClient(null), clients.control);
      Version version = calls.call(config.callTimeout(), () -> client.versionCmd().exec());
      return new DockerEngine(config, calls, clients, version);
    } catch (TimeoutException e) {
      throw closing(calls, clients, errors.noAnswer(action, config.callTimeout(), e));
    } catch (ExecutionException | RuntimeException e) {
      throw closing(calls, clients, errors.of(action, e));
    }
  }

  private static EngineException closing(
      DeadlineCalls calls, Clients clients, EngineException failure) {
    calls.close();
    clients.close();
    return failure;
  }

  /**
   * Makes one short call.
   *
   * @param action what is asked, such as {@code start container x}
   */
  <T> T call(String action, Function<DockerClient, T> request) {
    return await(action, submit(action, request), callTimeout);
  }

  /** Makes a call that the engine takes its time for. */
  <T> T call(String action, Duration engineTime, Function<DockerClient, T> request) {
    return await(action, begin(action, () -> request.apply(streams)), engineTime.plus(callTimeout));
  }

  /** Begins a short call, without a deadline. */
  <T> Future<T> submit(String action, Function<DockerClient, T> request) {
    return begin(action, () -> request.apply(control));
  }

  private <T> Future<T> begin(String action, Callable<T> call) {
    try {
      return calls.submit(call);
    } catch (RejectedExecutionException e) {
      throw new EngineException(errors.message(action, "the runtime is closed"), e);
    }
  }

  /** Waits for a call, and gives it up if it takes longer. */
  <T> T await(String action, Future<T> call, Duration atMost) {
    try {
      return DeadlineCalls.join(call, atMost);
    } catch (TimeoutException e) {
      call.cancel(true);
      throw errors.noAnswer(action, atMost, e);
    } catch (ExecutionException | RuntimeException e) {
      throw errors.of(action, e);
    }
  }

  /** Makes a call without waiting for it, however long the engine takes. Failures are logged. */
  void callLater(String action, Function<DockerClient, Boolean> request) {
    Future<Boolean> unused =
        begin(
            action,
            () -> {
              try {
                return request.apply(control);
              } catch (RuntimeException e) {
                LOG.warn("{}", errors.of(action, e).getMessage());
                return false;
              }
            });
  }

  /** Attaches to the streams of a container. */
  AttachConnection attach(String container, String streamNames) {
    String action = "attach to container " + container;
    AttachConnection connection = null;
    try {
      AttachConnection opening = new AttachConnection(address);
      connection = opening;
      String path = "/v" + api + "/containers/" + container + "/attach?stream=1&" + streamNames;
      Callable<Boolean> open =
          () -> {
            opening.open(path, callTimeout);
            return true;
          };
      await(action, begin(action, open), callTimeout);
      return opening;
    } catch (IOException | RuntimeException e) {
      if (connection != null) {
        connection.close();
      }
      throw errors.of(action, e);
    }
  }

  /** For calls that stream their answer; their deadlines are the caller's. */
  DockerClient streams() {
    return streams;
  }

  /** How many processors the engine's containers can use. Asked for once. */
  int cpus() {
    int known = cpus;
    if (known == 0) {
      Integer count = call("tell its processors", client -> client.infoCmd().exec().getNCPU());
      known = count == null || count < 1 ? Integer.MAX_VALUE : count;
      cpus = known;
    }
    return known;
  }

  Duration callTimeout() {
    return callTimeout;
  }

  DockerErrors errors() {
    return errors;
  }

  @Override
  public void close() {
    calls.close();
    try (control;
        streams) {
      // Their connections end with them.
    } catch (IOException e) {
      throw errors.of("be disconnected from", e);
    }
  }

  @Override
  public String toString() {
    return "docker " + version + " (API " + api + ") at " + address;
  }

  /**
   * Two pools of connections, both as large as need be: the answers of one are awaited for the call
   * timeout, those of the other for as long as the caller likes.
   */
  private record Clients(
      EngineAddress address, DockerHttpClient control, DockerHttpClient streams) {

    static Clients of(DockerConfig config) {
      return new Clients(
          config.address(),
          client(config).responseTimeout(config.callTimeout()).build(),
          client(config).build());
    }

    private static ZerodepDockerHttpClient.Builder client(DockerConfig config) {
      DockerClientConfig clientConfig = config.forClient(null);
      return new ZerodepDockerHttpClient.Builder()
          .dockerHost(clientConfig.getDockerHost())
          .sslConfig(clientConfig.getSSLConfig())
          .maxConnections(Integer.MAX_VALUE)
          .connectionTimeout(config.callTimeout());
    }

    ApiVersion negotiate(Version version) {
      ApiVersion newest =
          ApiVersion.parse(Objects.toString(version.getApiVersion(), ""))
              .orElseThrow(() -> new EngineException(address + " does not answer like Docker"));
      ApiVersion oldest =
          ApiVersion.parse(Objects.toString(version.getMinAPIVersion(), "")).orElse(newest);
      return ApiVersion.negotiate(newest, oldest);
    }

    void close() {
      try (control;
          streams) {
        // Their connections end with them.
      } catch (IOException ignored) {
        // Nothing was sent that could be lost.
      }
    }
  }
}
