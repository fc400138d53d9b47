package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import io.lofn.http.CredentialHelper;
import io.lofn.http.Credentials;
import io.lofn.http.RegistryFailures;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code podman login} or {@code docker login} has stored. Read anew for every pull, since
 * tokens expire and a Spark executor lives for long.
 */
final class RegistryCredentials {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

  private final List<Path> files;

  /** Files of the places that podman itself looks at. */
  RegistryCredentials(Map<String, String> environment, Path home) {
    List<Path> found = new ArrayList<>();
    value(environment, "REGISTRY_AUTH_FILE").ifPresent(file -> found.add(Path.of(file)));
    value(environment, "XDG_RUNTIME_DIR")
        .ifPresent(directory -> found.add(Path.of(directory, "containers", "auth.json")));
    found.add(
        value(environment, "DOCKER_CONFIG")
            .map(Path::of)
            .orElse(home.resolve(".docker"))
            .resolve("config.json"));
    files = List.copyOf(found);
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /**
   * The credentials for an image's repository, if there are any.
   *
   * @param image whose they are, with the name of its registry
   * @throws EngineException if they cannot be read
   */
  Optional<Credentials> of(ImageReference image) {
    for (Path file : files) {
      if (Files.isReadable(file)) {
        try {
          Optional<Credentials> found = in(Files.readAllBytes(file), image);
          if (found.isPresent()) {
            return found;
          }
        } catch (IOException | IllegalArgumentException e) {
          throw new EngineException("The credentials in " + file + " cannot be read", e);
        }
      }
    }
    return Optional.empty();
  }

  /** Explains by these where credentials may be missing. */
  RegistryFailures failures() {
    return new RegistryFailures("podman login", files.get(0));
  }

  private static Optional<Credentials> in(byte[] configuration, ImageReference image)
      throws IOException {
    boolean hub = image.registry().equals(ImageReference.DOCKER_HUB);
    String address = hub ? DOCKER_HUB_KEY : image.registry();
    Optional<Credentials> known = CredentialHelper.ask(configuration, image.registry(), address);
    if (known.isPresent()) {
      return known;
    }
    JsonNode all = JSON.readTree(configuration).path("auths");
    for (String key : keys(image.repository(), address, image.registry())) {
      Optional<Credentials> stored = stored(all.path(key));
      if (stored.isPresent()) {
        return stored;
      }
    }
    return Optional.empty();
  }

  /** From the repository up to the registry, as podman looks. */
  private static List<String> keys(String repository, String address, String registry) {
    List<String> keys = new ArrayList<>();
    for (String key = repository; key.contains("/"); key = key.substring(0, key.lastIndexOf('/'))) {
      keys.add(key);
    }
    keys.addAll(List.of(registry, address, "https://" + registry, "https://" + registry + "/v1/"));
    return keys;
  }

  private static Optional<Credentials> stored(JsonNode entry) {
    String token = entry.path("identitytoken").asText();
    if (!token.isEmpty()) {
      return Optional.of(new Credentials("", "", token));
    }
    byte[] bytes = Base64.getDecoder().decode(entry.path("auth").asText());
    String pair = new String(bytes, StandardCharsets.UTF_8);
    int colon = pair.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1), ""));
  }
}
