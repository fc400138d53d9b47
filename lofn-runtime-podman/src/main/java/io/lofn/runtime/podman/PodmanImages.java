package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.http.EngineAnswerException;
import io.lofn.http.HttpImages;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** The images of a podman service. Thread-safe. */
final class PodmanImages extends HttpImages {

  private static final MediaType TAR = MediaType.get("application/x-tar");

  /** What podman sets for every container, and an image may have set, too. */
  private static final Set<String> ENGINES_OWN = Set.of("TERM", "container");

  private final PodmanEngine engine;
  private final RegistryCredentials credentials;
  private final Map<String, Set<String>> unwanted = new ConcurrentHashMap<>();

  PodmanImages(PodmanEngine engine, RegistryCredentials credentials) {
    super(engine.errors(), credentials.failures());
    this.engine = engine;
    this.credentials = credentials;
  }

  @Override
  protected Optional<PreparedImage> find(ImageReference image, ImageRequest request) {
    return inspect(ImageName.candidates(image), request).map(found -> prepared(request, found));
  }

  @Override
  protected Optional<PreparedImage> findPulled(ImageReference image, ImageRequest request) {
    return inspect(List.of(ImageName.qualified(image)), request)
        .map(found -> prepared(request, found));
  }

  /** The variables that podman would set in a container, and a prepared image does not. */
  Set<String> unwanted(String id) {
    return unwanted.getOrDefault(id, Set.of());
  }

  private PreparedImage prepared(ImageRequest request, JsonNode found) {
    ImageConfig config = InspectedImage.of(found.path("Config"));
    PreparedImage image =
        PreparedImage.of(request.reference(), found.path("Id").asText()).config(config);
    Set<String> others = new TreeSet<>(ENGINES_OWN);
    others.removeAll(config.environment().keySet());
    unwanted.put(image.id(), others);
    return image;
  }

  private Optional<JsonNode> inspect(List<String> names, ImageRequest request) {
    String action = "inspect image " + request.reference();
    for (String name : names) {
      Answer answer = engine.call(action, engine.libpod("/images/" + name + "/json").build());
      if (!answer.isNotFound()) {
        JsonNode found = engine.json(action, answer);
        if (isFor(
            request.platform().orElse(""),
            found.path("Os").asText(),
            found.path("Architecture").asText())) {
          return Optional.of(found);
        }
      }
    }
    return Optional.empty();
  }

  @Override
  protected void pull(ImageReference image, ImageRequest request) {
    String action = "pull image " + request.reference();
    Call call = engine.longCall(pullRequest(image, request));
    Future<Boolean> pull = engine.begin(action, () -> follow(call));
    await(action, pull, call, request.pullTimeout());
  }

  private Request pullRequest(ImageReference image, ImageRequest request) {
    HttpUrl.Builder url =
        engine
            .libpod("/images/pull")
            .build()
            .url()
            .newBuilder()
            .addQueryParameter("reference", ImageName.qualified(image))
            .addQueryParameter("policy", "always");
    String[] platform = request.platform().orElse("").toLowerCase(Locale.ROOT).split("/", 3);
    if (platform.length > 1) {
      url.addQueryParameter("OS", platform[0]).addQueryParameter("Arch", architecture(platform[1]));
    }
    if (platform.length > 2) {
      url.addQueryParameter("Variant", platform[2]);
    }
    Request.Builder pull = new Request.Builder().url(url.build()).post(PodmanEngine.nothing());
    credentials.of(image).ifPresent(known -> pull.header("X-Registry-Auth", known.header()));
    return pull.build();
  }

  /** A failure comes in the middle of an answer that has begun with success. */
  private static boolean follow(Call call) throws IOException {
    try (Response response = call.execute();
        BufferedReader lines = new BufferedReader(response.body().charStream())) {
      if (!response.isSuccessful()) {
        throw new EngineAnswerException(
            response.code(), PodmanEngine.text(response.body()), response.header("Retry-After"));
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String error = PodmanEngine.JSON.readTree(line).path("error").asText();
        if (!error.isEmpty()) {
          throw new EngineAnswerException(500, error);
        }
      }
      return true;
    }
  }

  @Override
  protected void send(Path archive, Duration timeout) {
    String action = "load the image archive " + archive;
    if (!Files.isReadable(archive)) {
      throw new EngineException(engine.errors().message(action, "it cannot be read"));
    }
    RequestBody body = RequestBody.create(archive.toFile(), TAR);
    Call call = engine.longCall(engine.libpod("/images/load").post(body).build());
    Answer answer =
        await(action, engine.begin(action, () -> PodmanEngine.answer(call)), call, timeout);
    if (!answer.isSuccess()) {
      throw new EngineException(
          engine.errors().message(action, PodmanErrors.words(answer.body())), answer.failure());
    }
  }

  private <T> T await(String action, Future<T> work, Call call, Duration atMost) {
    try {
      return work.get(TimeUnit.MILLISECONDS.convert(atMost), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(engine.errors().message(action, "it was interrupted"), e);
    } catch (TimeoutException e) {
      throw engine.errors().noAnswer(action, atMost, e);
    } catch (ExecutionException e) {
      throw engine.errors().of(action, e.getCause());
    } finally {
      call.cancel();
    }
  }

  /** Only what the node knows: podman's API does not ask registries. */
  @Override
  protected Optional<String> digest(ImageReference image, ImageRequest request) {
    return request.policy() == PullPolicy.ALWAYS
        ? Optional.empty()
        : inspect(ImageName.candidates(image), request).flatMap(found -> digest(image, found));
  }

  /** An image may have several digests in a repository; the one it has now comes first. */
  private static Optional<String> digest(ImageReference image, JsonNode found) {
    List<String> digests =
        Stream.iterate(0, i -> i < found.path("RepoDigests").size(), i -> i + 1)
            .map(i -> ImageReference.parse(found.path("RepoDigests").path(i).asText()))
            .filter(each -> !each.registry().equals("localhost"))
            .filter(each -> ImageName.repository(each).equals(ImageName.repository(image)))
            .map(ImageReference::tagOrDigest)
            .toList();
    String current = found.path("Digest").asText();
    return digests.contains(current) ? Optional.of(current) : digests.stream().findFirst();
  }
}
