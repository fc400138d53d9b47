package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes images present on an engine, and tells what their names stand for. Thread-safe. */
public abstract class HttpImages {

  private static final Map<String, String> ARCHITECTURES =
      Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64");

  private final EngineErrors errors;
  private final RegistryPull pulls;

  /**
   * @param errors say why an image cannot be had
   * @param failures say what a registry's answer means
   */
  protected HttpImages(EngineErrors errors, RegistryFailures failures) {
    this.errors = errors;
    pulls = new RegistryPull(failures);
  }

  /** An image that the engine has, of the platform that is wanted. */
  protected abstract Optional<PreparedImage> find(ImageReference image, ImageRequest request);

  /** Has the engine pull an image, once; its failures are explained by who calls. */
  protected abstract void pull(ImageReference image, ImageRequest request);

  /** An image under the name by which it was pulled. */
  protected Optional<PreparedImage> findPulled(ImageReference image, ImageRequest request) {
    return find(image, request);
  }

  /** The digest of an image whose name does not tell it. */
  protected abstract Optional<String> digest(ImageReference image, ImageRequest request);

  /** Has the engine load an archive of images; its failures are explained by who calls. */
  protected abstract void send(Path archive, Duration timeout);

  /** Loads an archive of images. */
  public final void load(Path archive, Duration timeout) {
    try {
      send(archive, timeout);
    } catch (EngineException e) {
      throw EngineErrors.isNoAnswer(e) ? e : ArchiveFault.explain(archive, e);
    }
  }

  /** Makes an image present, as {@link io.lofn.spi.ContainerRuntime#prepare} says. */
  public final PreparedImage prepare(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    if (request.policy() != PullPolicy.ALWAYS || image.isId()) {
      Optional<PreparedImage> present = find(image, request);
      if (present.isPresent()) {
        return present.get();
      }
    }
    if (request.policy() == PullPolicy.NEVER) {
      throw unavailable(
          request,
          "the engine does not have it, and the pull policy is never. Load the image on this"
              + " node, or set Tool.pullPolicy or spark.lofn.image.pullPolicy to missing");
    }
    if (image.isId()) {
      throw unavailable(request, "it is not there, and an id cannot be pulled. Use its name");
    }
    pulls.pull(image, request.pullTimeout(), left -> pull(image, request.pullTimeout(left)));
    return findPulled(image, request)
        .orElseThrow(() -> unavailable(request, "it was pulled, but is not there"));
  }

  /** The digest that a name stands for, as far as it can be told. */
  public final Optional<String> digest(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    if (image.isId()) {
      return Optional.empty();
    }
    return image.isImmutable() ? Optional.of(image.tagOrDigest()) : digest(image, request);
  }

  /** Compares system and architecture; engines know better about variants. */
  protected static boolean isFor(String platform, String system, String architecture) {
    String[] parts = platform.toLowerCase(Locale.ROOT).split("/", -1);
    return parts.length < 2
        || (parts[0].equals(system) && architecture(parts[1]).equals(architecture));
  }

  /** An architecture as engines call it. */
  protected static String architecture(String name) {
    return ARCHITECTURES.getOrDefault(name, name);
  }

  private ImageUnavailableException unavailable(ImageRequest request, String reason) {
    return new ImageUnavailableException(
        errors.message("provide image " + request.reference(), reason));
  }
}
