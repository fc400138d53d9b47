package io.lofn.runtime.cli.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.util.Optional;

/**
 * Resolves image names to digests from the engine's local images: command lines have no option to
 * ask a registry without pulling. Thread-safe.
 */
final class CliDigests {

  private static final JsonMapper JSON = new JsonMapper();

  private final CliEngine engine;

  CliDigests(CliEngine engine) {
    this.engine = engine;
  }

  Optional<String> digest(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    if (image.isImmutable()) {
      return image.isId() ? Optional.empty() : Optional.of(image.tagOrDigest());
    }
    // The engine's image may be older than the registry's.
    return request.policy() == PullPolicy.ALWAYS ? Optional.empty() : present(image, request);
  }

  private Optional<String> present(ImageReference image, ImageRequest request) {
    CommandResult result =
        engine.call(
            "image", "inspect", "--format", "{{json .RepoDigests}}", "--", request.reference());
    if (!result.succeeded()) {
      if (result.cutOff() || CliFailure.isEnginesFault(result.message())) {
        throw engine.failure("image inspect", result);
      }
      return Optional.empty();
    }
    for (JsonNode each : parse(result.stdout())) {
      ImageReference known = ImageReference.parse(each.asText());
      // An image may come from several repositories, with a different digest in each.
      if (familiar(known).equals(familiar(image))) {
        return Optional.of(known.tagOrDigest());
      }
    }
    return Optional.empty();
  }

  private static JsonNode parse(String answer) {
    try {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw new EngineException(
          "Could not read the engine's answer about the digests of an image: " + answer, e);
    }
  }

  /** Returns the short name of an image; engines write an image of Docker Hub in three forms. */
  private static String familiar(ImageReference image) {
    return image.registry().equals(ImageReference.DOCKER_HUB)
        ? image
            .repository()
            .replaceFirst("^(index\\.)?docker\\.io/", "")
            .replaceFirst("^library/", "")
        : image.repository();
  }
}
