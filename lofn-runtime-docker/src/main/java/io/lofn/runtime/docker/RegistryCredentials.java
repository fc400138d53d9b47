package io.lofn.runtime.docker;

import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerConfigFile;
import io.lofn.api.EngineException;
import io.lofn.http.CredentialHelper;
import io.lofn.http.Credentials;
import io.lofn.http.RegistryFailures;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code docker login} has stored. Read anew for every pull, since tokens expire and a Spark
 * executor lives for long.
 */
final class RegistryCredentials {

  private final Path configDirectory;

  RegistryCredentials(Path configDirectory) {
    this.configDirectory = configDirectory;
  }

  /**
   * The credentials for a registry, if there are any.
   *
   * @throws EngineException if they cannot be read
   */
  Optional<AuthConfig> of(String registry) {
    Path file = file();
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      String address =
          registry.equals(ImageReference.DOCKER_HUB) ? AuthConfig.DEFAULT_SERVER_ADDRESS : registry;
      return CredentialHelper.ask(Files.readAllBytes(file), registry, address)
          .map(known -> authConfig(address, known))
          .or(() -> Optional.ofNullable(stored(address)));
    } catch (IOException e) {
      throw new EngineException("The credentials in " + file + " cannot be read", e);
    }
  }

  private Path file() {
    return configDirectory.resolve("config.json");
  }

  /** Explains by these where credentials may be missing. */
  RegistryFailures failures() {
    return new RegistryFailures("docker login", file());
  }

  static AuthConfig authConfig(String address, Credentials known) {
    AuthConfig credentials = new AuthConfig().withRegistryAddress(address);
    return known.token().isEmpty()
        ? credentials.withUsername(known.user()).withPassword(known.password())
        : credentials.withIdentityToken(known.token());
  }

  private @Nullable AuthConfig stored(String address) {
    try {
      return DockerConfigFile.loadConfig(
              DockerClientConfig.getDefaultObjectMapper(), configDirectory.toString())
          .resolveAuthConfig(address);
    } catch (IOException e) {
      throw new EngineException("The credentials in " + file() + " cannot be read", e);
    }
  }
}
