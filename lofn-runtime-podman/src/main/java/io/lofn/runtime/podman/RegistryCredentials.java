package io.lofn.runtime.podman;

import io.lofn.http.Credentials;
import io.lofn.http.RegistryFailures;
import io.lofn.http.StoredCredentials;
import io.lofn.spi.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code podman login} or {@code docker login} has stored. */
final class RegistryCredentials {

  private final Path file;
  private final StoredCredentials stored;

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
    file = found.get(0);
    stored = new StoredCredentials(found);
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /**
   * The credentials for an image's repository, if there are any.
   *
   * @param image whose they are, with the name of its registry
   * @throws io.lofn.api.EngineException if they cannot be read
   */
  Optional<Credentials> of(ImageReference image) {
    return stored.of(image);
  }

  /** Explains by these where credentials may be missing. */
  RegistryFailures failures() {
    return new RegistryFailures("podman login", file);
  }
}
