package io.lofn.runtime.podman;

import io.lofn.http.Credentials;
import io.lofn.http.RegistryFailures;
import io.lofn.http.StoredCredentials;
import io.lofn.spi.ImageReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code podman login} or {@code docker login} has stored. */
final class RegistryCredentials {

  private final Path file;
  private final StoredCredentials stored;

  /** Files of the places that podman itself looks at. */
  RegistryCredentials(Map<String, String> environment, Path home) {
    List<Path> found = StoredCredentials.places(environment, home);
    file = found.get(0);
    stored = new StoredCredentials(found);
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
