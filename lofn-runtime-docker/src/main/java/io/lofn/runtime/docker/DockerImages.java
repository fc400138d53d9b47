package io.lofn.runtime.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Makes images present on an engine. Thread-safe. */
final class DockerImages {

  private static final Map<String, String> ARCHITECTURES =
      Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64");

  private final DockerEngine engine;
  private final RegistryCredentials credentials;
  private final RegistryFailures failures;

  DockerImages(DockerEngine engine, RegistryCredentials credentials) {
    this.engine = engine;
    this.credentials = credentials;
    failures = new RegistryFailures(credentials);
  }

  PreparedImage prepare(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    if (request.policy() != PullPolicy.ALWAYS || image.isId()) {
      Optional<PreparedImage> present = find(request);
      if (present.isPresent()) {
        return present.get();
      }
    }
    if (request.policy() == PullPolicy.NEVER) {
      throw unavailable(
          request,
          "it is not there, and the pull policy is NEVER. Load it there, or"
              + " allow it to be pulled");
    }
    if (image.isId()) {
      throw unavailable(request, "it is not there, and an id cannot be pulled. Use its name");
    }
    pull(image, request);
    return find(request).orElseThrow(() -> unavailable(request, "it was pulled, but is not there"));
  }

  private Optional<PreparedImage> find(ImageRequest request) {
    return engine.call(
        "inspect image " + request.reference(),
        client -> {
          try {
            InspectImageResponse image = client.inspectImageCmd(request.reference()).exec();
            return request.platform().map(wanted -> isFor(image, wanted)).orElse(true)
                ? Optional.ofNullable(image.getId())
                    .map(
                        id -> PreparedImage.of(request.reference(), id).config(ImageSays.of(image)))
                : Optional.<PreparedImage>empty();
          } catch (NotFoundException e) {
            return Optional.<PreparedImage>empty();
          }
        });
  }

  /** Compares system and architecture; the engine knows better about variants. */
  private static boolean isFor(InspectImageResponse image, String platform) {
    String[] parts = platform.toLowerCase(Locale.ROOT).split("/", -1);
    return parts.length < 2
        || (parts[0].equals(image.getOs())
            && ARCHITECTURES.getOrDefault(parts[1], parts[1]).equals(image.getArch()));
  }

  private void pull(ImageReference image, ImageRequest request) {
    String action = "pull image " + request.reference();
    ImageProgress<PullResponseItem> progress = new ImageProgress<>();
    EngineClients clients = engine.enter();
    try {
      PullImageCmd command =
          clients.streams().pullImageCmd(image.repository()).withTag(image.tagOrDigest());
      credentials.of(image.registry()).ifPresent(command::withAuthConfig);
      request.platform().ifPresent(command::withPlatform);
      command.exec(progress);
      progress.await(request.pullTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(engine.errors().message(action, "it was interrupted"), e);
    } catch (TimeoutException e) {
      throw engine.errors().noAnswer(action, request.pullTimeout(), e);
    } catch (ExecutionException e) {
      throw failures.explain(image, engine.errors().of(action, e.getCause()));
    } finally {
      progress.close();
      clients.leave();
    }
  }

  private ImageUnavailableException unavailable(ImageRequest request, String reason) {
    return new ImageUnavailableException(
        engine.errors().message("provide image " + request.reference(), reason));
  }
}
