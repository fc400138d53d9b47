package io.lofn.runtime.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.http.RegistryFailures;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells which bytes the name of an image stands for, by the engine or by the registry it asks. */
final class DockerDigests {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final DockerEngine engine;
  private final RegistryCredentials credentials;
  private final RegistryFailures failures;

  DockerDigests(DockerEngine engine, RegistryCredentials credentials) {
    this.engine = engine;
    this.credentials = credentials;
    failures = credentials.failures();
  }

  /** The digest of an image whose name does not tell it. */
  Optional<String> digest(ImageReference image, ImageRequest request) {
    if (request.policy() != PullPolicy.ALWAYS) {
      Optional<List<String>> present = repositoryDigests(request.reference());
      if (present.isPresent() || request.policy() == PullPolicy.NEVER) {
        return present.flatMap(all -> digestOf(image, all));
      }
    }
    return Optional.of(registryDigest(image, request.reference()));
  }

  /** Empty if the engine does not have the image. */
  private Optional<List<String>> repositoryDigests(String reference) {
    return engine.call(
        "inspect image " + reference,
        client -> {
          try {
            InspectImageResponse found = client.inspectImageCmd(reference).exec();
            List<String> digests = found.getRepoDigests();
            return Optional.of(digests == null ? List.of() : digests);
          } catch (NotFoundException e) {
            return Optional.<List<String>>empty();
          }
        });
  }

  /** An image may have come from several repositories, with a digest of its own in each. */
  private static Optional<String> digestOf(ImageReference image, List<String> digests) {
    return digests.stream()
        .map(ImageReference::parse)
        .filter(each -> familiar(each.repository()).equals(familiar(image.repository())))
        .map(ImageReference::tagOrDigest)
        .findFirst();
  }

  /** As Docker shortens names of its own registry. */
  private static String familiar(String repository) {
    String name = repository.replaceFirst("^(index\\.)?docker\\.io/", "");
    return name.equals(repository) && !name.startsWith("library/")
        ? name
        : name.replaceFirst("^library/", "");
  }

  private String registryDigest(ImageReference image, String reference) {
    String action = "ask for the digest of " + reference;
    try {
      String answer =
          engine.get(
              action,
              "/distribution/%s:%s/json".formatted(image.repository(), image.tagOrDigest()),
              credentials.of(image.registry()).map(DockerDigests::header).orElse(Map.of()));
      String digest = JSON.readTree(answer).at("/Descriptor/digest").asText();
      if (digest.isEmpty()) {
        throw new EngineException(engine.errors().message(action, "no digest in " + answer));
      }
      return digest;
    } catch (IOException e) {
      throw new EngineException(engine.errors().message(action, e.getMessage()), e);
    } catch (EngineException e) {
      throw failures.explain(image, e);
    }
  }

  private static Map<String, String> header(AuthConfig credentials) {
    try {
      return Map.of(
          "X-Registry-Auth",
          Base64.getUrlEncoder().encodeToString(JSON.writeValueAsBytes(credentials)));
    } catch (JsonProcessingException e) {
      // Its message may quote what it could not write.
      throw new EngineException("The credentials cannot be written as JSON");
    }
  }
}
