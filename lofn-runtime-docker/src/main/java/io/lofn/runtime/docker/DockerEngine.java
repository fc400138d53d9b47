package io.lofn.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DockerClientConfig;
import io.lofn.api.EngineException;
import io.lofn.http.AttachConnection;
import io.lofn.http.DeadlineCalls;
import io.lofn.http.HttpEngine;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The connections to one Docker engine, with the client library. Thread-safe. */
final class DockerEngine extends HttpEngine {

  private final DockerConfig config;
  private final DockerClientConfig clientConfig;
  private final ApiVersion api;
  private final String version;

  /** Broken connection pools, until their last call has ended. */
  private final Set<EngineClients> retired = new HashSet<>();

  private volatile EngineClients clients;
  private volatile @Nullable Info info;

  private DockerEngine(
      DockerConfig config, DeadlineCalls calls, DockerErrors errors, Version version) {
    super(calls, errors, config.callTimeout());
    this.config = config;
    this.version = Objects.toString(version.getVersion(), "of unknown version");
    api = negotiate(version);
    clientConfig = config.forClient(api);
    clients = new EngineClients(config, clientConfig);
  }

  /** Connects, and negotiates the version of the API. */
  static DockerEngine connect(DockerConfig config) {
    DeadlineCalls calls = new DeadlineCalls("lofn-docker");
    DockerErrors errors = new DockerErrors(config.address());
    String action = "report its version";
    try (EngineClients clients = new EngineClients(config, config.forClient(null))) {
      Callable<Version> ask = () -> clients.control().versionCmd().exec();
      return new DockerEngine(config, calls, errors, calls.call(config.callTimeout(), ask));
    } catch (TimeoutException e) {
      calls.close();
      throw errors.noAnswer(action, config.callTimeout(), e);
    } catch (ExecutionException | RuntimeException e) {
      calls.close();
      throw errors.of(action, e);
    }
  }

  private ApiVersion negotiate(Version answer) {
    ApiVersion newest =
        ApiVersion.parse(Objects.toString(answer.getApiVersion(), ""))
            .orElseThrow(
                () ->
                    new EngineException(
                        errors().message("report its version", "it is not a Docker engine")));
    if (newest.compareTo(ApiVersion.OLDEST) < 0) {
      throw new EngineException(
          "The engine at " + config.address() + " " + ApiVersion.tooOld(newest));
    }
    ApiVersion oldest =
        ApiVersion.parse(Objects.toString(answer.getMinAPIVersion(), "")).orElse(newest);
    return ApiVersion.negotiate(newest, oldest);
  }

  EngineAddress address() {
    return config.address();
  }

  /**
   * Makes one short call.
   *
   * @param action the request, such as {@code start container x}
   */
  <T> T call(String action, Function<DockerClient, T> request) {
    return await(action, submit(action, request), callTimeout());
  }

  /**
   * Creates a container.
   *
   * @param request fills in the request, and sends it
   */
  <T> T create(String action, String image, Function<CreateContainerCmd, T> request) {
    Future<T> call = begin(action, () -> ask(clients -> clients.creation(image), request));
    return await(action, call, callTimeout());
  }

  /** Makes a call that may take long. */
  <T> T call(String action, Duration engineTime, Function<DockerClient, T> request) {
    Future<T> call = begin(action, () -> ask(EngineClients::streams, request));
    return await(action, call, engineTime.plus(config.callTimeout()));
  }

  /** Starts a short call, without a deadline. */
  <T> Future<T> submit(String action, Function<DockerClient, T> request) {
    return begin(action, () -> ask(EngineClients::control, request));
  }

  /** Sends a request that the client library does not support. */
  String get(String action, String path, Map<String, String> headers) {
    Callable<String> ask =
        () -> {
          EngineClients used = enter();
          try {
            return used.get("/v" + api + path, headers);
          } finally {
            used.leave();
          }
        };
    return await(action, begin(action, ask), callTimeout());
  }

  /** Makes a call in the background, without a deadline. Failures are logged. */
  void callLater(String action, Function<DockerClient, Boolean> request) {
    later(action, () -> ask(EngineClients::streams, request));
  }

  private <C, T> T ask(Function<EngineClients, C> client, Function<C, T> request) {
    EngineClients used = enter();
    try {
      return used.ask(client.apply(used), request);
    } catch (RuntimeException e) {
      renewAfter(e, used);
      throw e;
    } finally {
      used.leave();
    }
  }

  /**
   * Replaces the connections if one broke: the restart of an engine breaks all of them, and every
   * idle one would fail another call. Running calls keep theirs.
   */
  void renewAfter(Throwable failure, EngineClients used) {
    if (!DockerErrors.isDisconnected(failure) || !used.mayHaveIdleConnections()) {
      return;
    }
    synchronized (retired) {
      if (clients != used) {
        return;
      }
      clients = new EngineClients(config, clientConfig);
      retired.add(used);
    }
    used.giveUp(() -> close(used));
  }

  private void close(EngineClients unused) {
    synchronized (retired) {
      retired.remove(unused);
    }
    unused.close();
  }

  /** Returns how many broken connection pools are still in use. */
  int retired() {
    synchronized (retired) {
      return retired.size();
    }
  }

  /** Attaches to the streams of a container. */
  AttachConnection attach(String container, String streamNames) {
    return attachBy(
        "/v" + api + "/containers/" + container + "/attach?stream=1&" + streamNames, container);
  }

  @Override
  protected AttachConnection connection() throws IOException {
    EngineAddress address = config.address();
    return new AttachConnection(address.open(), address.hostHeader(), address.pathPrefix());
  }

  /** Returns the current connections, to be used until {@link EngineClients#leave}. */
  EngineClients enter() {
    while (true) {
      EngineClients used = clients;
      if (used.enter()) {
        return used;
      }
    }
  }

  /** Returns the number of processors of the engine. */
  int cpus() {
    Integer count = facts().getNCPU();
    return count == null || count < 1 ? Integer.MAX_VALUE : count;
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    Info info = facts();
    Set<RuntimeFeature> unsupported = EnumSet.of(RuntimeFeature.ENGINE_OPTIONS);
    if (Boolean.FALSE.equals(info.getMemoryLimit())) {
      unsupported.add(RuntimeFeature.MEMORY);
    }
    if (Boolean.FALSE.equals(info.getCpuCfsQuota())) {
      unsupported.add(RuntimeFeature.CPUS);
    }
    if (Boolean.FALSE.equals(info.getRawValues().get("PidsLimit"))) {
      unsupported.add(RuntimeFeature.PIDS);
    }
    if (!closesSubmounts()) {
      unsupported.add(RuntimeFeature.READ_ONLY_SUBMOUNTS);
    }
    return unsupported;
  }

  /** Returns whether the engine can make the mounts below a mount read-only: from Docker 25 on. */
  boolean closesSubmounts() {
    return api.compareTo(ApiVersion.CLOSES_SUBMOUNTS) >= 0
        && KernelVersion.closesSubmounts(facts().getKernelVersion());
  }

  /** Returns the description of the engine. Requested once. */
  private Info facts() {
    Info known = info;
    if (known == null) {
      known = call("describe itself", client -> client.infoCmd().exec());
      info = known;
    }
    return known;
  }

  @Override
  public void close() {
    super.close();
    List<EngineClients> open;
    synchronized (retired) {
      open = new ArrayList<>(retired);
      retired.clear();
      open.add(clients);
    }
    open.forEach(EngineClients::close);
  }

  @Override
  public String toString() {
    return "docker " + version + " (API " + api + ") at " + config.address();
  }
}
