package io.lofn.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
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
 * The credentials that {@code docker login} and {@code podman login} have stored, and those of the
 * helpers that such files name. Read anew for every pull, since tokens expire and a Spark executor
 * lives for long.
 */
public final class StoredCredentials {

  /** The name of Docker Hub in files and to helpers. */
  public static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

  private static final List<String> DOCKER_HUB =
      List.of(ImageReference.DOCKER_HUB, DOCKER_HUB_KEY, "index.docker.io", "registry-1.docker.io");

  /** Does not quote the file, which has credentials, in the message of a failure. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build());

  private final List<Path> files;

  /** Looks into these files, in this order; they need not exist. */
  public StoredCredentials(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /** The files that docker and podman themselves look at; in this order. */
  public static List<Path> places(Map<String, String> environment, Path home) {
    List<Path> places = new ArrayList<>();
    value(environment, "REGISTRY_AUTH_FILE").ifPresent(file -> places.add(Path.of(file)));
    value(environment, "XDG_RUNTIME_DIR")
        .ifPresent(directory -> places.add(Path.of(directory, "containers", "auth.json")));
    places.add(
        value(environment, "DOCKER_CONFIG")
            .map(Path::of)
            .orElse(home.resolve(".docker"))
            .resolve("config.json"));
    return places;
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** A registry as files and helpers name it. */
  public static String address(String registry) {
    return registry.equals(ImageReference.DOCKER_HUB) ? DOCKER_HUB_KEY : registry;
  }

  /**
   * The credentials for an image's repository, if there are any.
   *
   * @throws EngineException if they cannot be read
   */
  public Optional<Credentials> of(ImageReference image) {
    return of(image.registry(), image.repository());
  }

  /**
   * The credentials for a registry, if there are any.
   *
   * @throws EngineException if they cannot be read
   */
  public Optional<Credentials> of(String registry) {
    return of(registry, registry);
  }

  private Optional<Credentials> of(String registry, String repository) {
    for (Path file : files) {
      if (Files.isReadable(file)) {
        try {
          Optional<Credentials> found =
              in(JSON.readTree(Files.readAllBytes(file)), registry, repository);
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

  private static Optional<Credentials> in(JsonNode config, String registry, String repository) {
    List<String> names =
        registry.equals(ImageReference.DOCKER_HUB) ? DOCKER_HUB : List.of(registry);
    Optional<Credentials> known = CredentialHelper.ask(config, names, address(registry));
    if (known.isPresent()) {
      return known;
    }
    for (String key : keys(repository, names)) {
      Optional<Credentials> stored = stored(config.path("auths").path(key));
      if (stored.isPresent()) {
        return stored;
      }
    }
    return Optional.empty();
  }

  /** From the repository up to the registry, as podman looks; then as old versions wrote it. */
  private static List<String> keys(String repository, List<String> names) {
    List<String> keys = new ArrayList<>();
    for (String key = repository; key.contains("/"); key = key.substring(0, key.lastIndexOf('/'))) {
      keys.add(key);
    }
    keys.addAll(names);
    String registry = names.get(0);
    for (String prefix : List.of("https://", "http://")) {
      for (String suffix : List.of("", "/", "/v1/", "/v2/", "/v1", "/v2")) {
        keys.add(prefix + registry + suffix);
      }
    }
    return keys;
  }

  private static Optional<Credentials> stored(JsonNode entry) {
    String token = entry.path("identitytoken").asText();
    if (!token.isEmpty()) {
      return Optional.of(new Credentials("", "", token));
    }
    if (!entry.path("username").asText().isEmpty()) {
      return Optional.of(
          new Credentials(entry.path("username").asText(), entry.path("password").asText(), ""));
    }
    byte[] bytes = Base64.getDecoder().decode(entry.path("auth").asText());
    String pair = new String(bytes, StandardCharsets.UTF_8);
    int colon = pair.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1), ""));
  }
}
