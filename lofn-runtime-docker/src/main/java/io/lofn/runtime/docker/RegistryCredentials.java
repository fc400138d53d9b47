package io.lofn.runtime.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerConfigFile;
import io.lofn.api.EngineException;
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

  private static final ObjectMapper JSON = new ObjectMapper();

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
      JsonNode config = JSON.readTree(file.toFile());
      String address =
          registry.equals(ImageReference.DOCKER_HUB) ? AuthConfig.DEFAULT_SERVER_ADDRESS : registry;
      String helper = text(config.path("credHelpers").path(registry), config.path("credsStore"));
      Optional<AuthConfig> fromHelper =
          helper == null ? Optional.empty() : CredentialHelper.named(helper).get(address);
      return fromHelper.or(() -> Optional.ofNullable(stored(address)));
    } catch (IOException e) {
      throw new EngineException("The credentials in " + file + " cannot be read", e);
    }
  }

  Path file() {
    return configDirectory.resolve("config.json");
  }

  private static @Nullable String text(JsonNode first, JsonNode second) {
    JsonNode node = first.isTextual() ? first : second;
    return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
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
