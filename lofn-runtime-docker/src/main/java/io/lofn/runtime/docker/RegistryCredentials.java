package io.lofn.runtime.docker;

import com.github.dockerjava.api.model.AuthConfig;
import io.lofn.http.Credentials;
import io.lofn.http.RegistryFailures;
import io.lofn.http.StoredCredentials;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code docker login} has stored, as docker-java wants it. */
final class RegistryCredentials {

  private final Path file;
  private final StoredCredentials stored;

  RegistryCredentials(Path configDirectory) {
    file = configDirectory.resolve("config.json");
    stored = new StoredCredentials(List.of(file));
  }

  /**
   * The credentials for a registry, if there are any.
   *
   * @throws io.lofn.api.EngineException if they cannot be read
   */
  Optional<AuthConfig> of(String registry) {
    return stored.of(registry).map(known -> authConfig(StoredCredentials.address(registry), known));
  }

  /** Explains by these where credentials may be missing. */
  RegistryFailures failures() {
    return new RegistryFailures("docker login", file);
  }

  static AuthConfig authConfig(String address, Credentials known) {
    AuthConfig credentials = new AuthConfig().withRegistryAddress(address);
    return known.token().isEmpty()
        ? credentials.withUsername(known.user()).withPassword(known.password())
        : credentials.withIdentityToken(known.token());
  }
}
