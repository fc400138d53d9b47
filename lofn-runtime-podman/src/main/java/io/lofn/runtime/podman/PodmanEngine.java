package io.lofn.runtime.podman;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import io.lofn.http.AttachConnection;
import io.lofn.http.ChannelConnection;
import io.lofn.http.DeadlineCalls;
import io.lofn.http.HttpEngine;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFSocketFactory;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** The connections to one podman service. Thread-safe. */
final class PodmanEngine extends HttpEngine {

  static final ObjectMapper JSON = new ObjectMapper();

  private static final String VERSION = "Libpod-Api-Version";
  private static final int MOST_BYTES = 64 << 20;
  private static final int OLDEST_MAJOR = 4;
  private static final int NEWEST_MAJOR = 5;

  private final PodmanConfig config;
  private final OkHttpClient client;
  private String version = "";
  private int major;
  private volatile @Nullable JsonNode info;

  private PodmanEngine(PodmanConfig config, PodmanErrors errors) throws IOException {
    super(new DeadlineCalls("lofn-podman"), errors, config.callTimeout());
    this.config = config;
    client =
        new OkHttpClient.Builder()
            .socketFactory(
                new AFSocketFactory.FixedAddressSocketFactory(
                    AFUNIXSocketAddress.of(java.nio.file.Path.of(config.socket()))))
            .dns(host -> List.of(InetAddress.getLoopbackAddress()))
            .proxy(java.net.Proxy.NO_PROXY)
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .connectTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .build();
  }

  /** Connects, and reads the version of the API. */
  static PodmanEngine connect(PodmanConfig config) {
    PodmanErrors errors = new PodmanErrors(config.socket());
    PodmanEngine engine;
    try {
      engine = new PodmanEngine(config, errors);
    } catch (IOException e) {
      throw errors.of("accept a connection", e);
    }
    try {
      engine.negotiate();
      return engine;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private void negotiate() {
    String action = "report its version";
    Call call = client.newCall(ping());
    String answer =
        await(
            action,
            call,
            begin(
                action,
                () -> {
                  try (Response response = call.execute()) {
                    return response.header(VERSION, "");
                  }
                }),
            callTimeout());
    if (!answer.matches("\\d{1,4}\\..*")) {
      throw new EngineException(errors().message(action, "it is not a podman service"));
    }
    version = answer;
    major = Integer.parseInt(answer.substring(0, answer.indexOf('.')));
    if (major < OLDEST_MAJOR) {
      throw new EngineException(
          errors().message(action, "podman " + version + " is older than " + OLDEST_MAJOR + ".0"));
    }
  }

  private static Request ping() {
    return url("/libpod/_ping").get().build();
  }

  /** Returns a request for the negotiated version; paths begin with a slash. */
  Request.Builder libpod(String path) {
    return url("/v" + Math.min(major, NEWEST_MAJOR) + ".0.0/libpod" + path);
  }

  private static Request.Builder url(String path) {
    return new Request.Builder().url("http://localhost" + path);
  }

  static RequestBody nothing() {
    return RequestBody.create(new byte[0]);
  }

  /** Makes one short call. */
  Answer call(String action, Request request) {
    return call(action, request, callTimeout());
  }

  Answer call(String action, Request request, Duration atMost) {
    Call call = client.newCall(request);
    return await(action, call, begin(action, () -> execute(call)), atMost);
  }

  private static Answer execute(Call call) throws IOException {
    try (Response response = call.execute()) {
      return new Answer(response.code(), text(response.body()));
    }
  }

  /** Reads a whole answer, up to a limit that is enough for the longest list. */
  static String text(ResponseBody body) throws IOException {
    byte[] bytes = body.byteStream().readNBytes(MOST_BYTES);
    if (bytes.length == MOST_BYTES) {
      throw new ProtocolException("the answer is longer than " + MOST_BYTES + " bytes");
    }
    return new String(bytes, UTF_8);
  }

  /** Returns a call that the caller executes and cancels. */
  Call longCall(Request request) {
    return client.newCall(request);
  }

  /** Executes a call. */
  static Answer answer(Call call) throws IOException {
    return execute(call);
  }

  /** Throws an exception unless the answer is a success. */
  Answer expect(String action, Answer answer) {
    if (!answer.isSuccess()) {
      throw errors().of(action, answer.failure());
    }
    return answer;
  }

  JsonNode json(String action, Answer answer) {
    try {
      return JSON.readTree(expect(action, answer).body());
    } catch (IOException e) {
      throw new EngineException(
          errors().message(action, "its answer is not JSON: " + answer.body()), e);
    }
  }

  /** Runs work in the background as soon as the service answers again. */
  void laterWhenItAnswers(String action, BooleanSupplier work) {
    later(
        action,
        () -> {
          execute(longCall(ping()));
          return work.getAsBoolean();
        });
  }

  private <T> T await(String action, Call call, Future<T> future, Duration atMost) {
    try {
      return DeadlineCalls.join(future, atMost);
    } catch (TimeoutException e) {
      call.cancel();
      throw errors().noAnswer(action, atMost, e);
    } catch (ExecutionException | RuntimeException e) {
      // The restart of a service breaks all connections.
      client.connectionPool().evictAll();
      throw errors().of(action, e);
    }
  }

  /** Attaches to one stream of a container; the request also names the other streams. */
  AttachConnection attach(String container, String stream) {
    StringBuilder path =
        new StringBuilder(
            libpod("/containers/" + container + "/attach").build().url().encodedPath());
    path.append("?stream=true&logs=false&detachKeys=");
    // The service attaches to every stream that is not mentioned.
    for (String each : new String[] {"stdin", "stdout", "stderr"}) {
      path.append('&').append(each).append('=').append(each.equals(stream));
    }
    return attachBy(path.toString(), container);
  }

  @Override
  protected AttachConnection connection() throws IOException {
    return new AttachConnection(ChannelConnection.unix(config.socket()), "localhost", "");
  }

  /** Returns the number of processors of the service. */
  int cpus() {
    int count = facts().at("/host/cpus").asInt();
    return count < 1 ? Integer.MAX_VALUE : count;
  }

  boolean rootless() {
    return facts().at("/host/security/rootless").asBoolean();
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    // Podman's monitor writes to all attached clients in turn, and waits for the slowest, also with
    // separate connections.
    Set<RuntimeFeature> unsupported =
        EnumSet.of(
            RuntimeFeature.ENGINE_OPTIONS,
            RuntimeFeature.INDEPENDENT_OUTPUTS,
            // It refuses the mount option that makes them read-only.
            RuntimeFeature.READ_ONLY_SUBMOUNTS);
    List<String> controllers = new ArrayList<>();
    facts().at("/host/cgroupControllers").forEach(each -> controllers.add(each.asText()));
    if (!controllers.isEmpty() || rootless()) {
      addUnless(controllers.contains("cpu"), RuntimeFeature.CPUS, unsupported);
      addUnless(controllers.contains("memory"), RuntimeFeature.MEMORY, unsupported);
      addUnless(controllers.contains("pids"), RuntimeFeature.PIDS, unsupported);
    }
    // The monitor of podman 4 writes the file to a directory that podman does not read.
    addUnless(major >= NEWEST_MAJOR, RuntimeFeature.OUT_OF_MEMORY_DETECTION, unsupported);
    return unsupported;
  }

  private static void addUnless(
      boolean able, RuntimeFeature feature, Set<RuntimeFeature> unsupported) {
    if (!able) {
      unsupported.add(feature);
    }
  }

  /** Returns the description of the service. Requested once. */
  private JsonNode facts() {
    JsonNode known = info;
    if (known == null) {
      String action = "describe itself";
      known = json(action, call(action, libpod("/info").get().build()));
      info = known;
    }
    return known;
  }

  PodmanConfig config() {
    return config;
  }

  @Override
  public void close() {
    try {
      client.dispatcher().cancelAll();
    } finally {
      super.close();
      client.connectionPool().evictAll();
    }
  }

  @Override
  public String toString() {
    return "podman " + version + " at unix://" + config.socket();
  }
}
