package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The context that the docker command would use: a stored address of an engine.
 *
 * @param name what {@code docker context ls} calls it
 * @param source what says that it is to be used
 * @param host the engine's address
 * @param certificates where its TLS files are, if it has any
 */
record DockerContext(String name, String source, String host, Optional<Path> certificates) {

  private static final String VARIABLE = "DOCKER_CONTEXT";

  /** What is no context but the engine that is there without one. */
  private static final String DEFAULT = "default";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The context that is current.
   *
   * @param directory of {@code config.json} and of the contexts
   * @return empty if it is the default one
   * @throws EngineException if it does not exist, or is none of an engine
   */
  static Optional<DockerContext> current(Path directory, Map<String, String> environment) {
    String variable = environment.getOrDefault(VARIABLE, "").strip();
    Path config = directory.resolve("config.json");
    String name = variable.isEmpty() ? current(config) : variable;
    if (name.isEmpty() || name.equals(DEFAULT)) {
      return Optional.empty();
    }
    String source = variable.isEmpty() ? "currentContext in " + config : VARIABLE;
    return Optional.of(read(directory.resolve("contexts"), name, source));
  }

  /** A file that cannot be read is one that docker does not look into either. */
  private static String current(Path config) {
    if (!Files.isReadable(config)) {
      return "";
    }
    try {
      return JSON.readTree(Files.readAllBytes(config)).path("currentContext").asText().strip();
    } catch (IOException e) {
      // What is wrong with it is told when its credentials are read.
      return "";
    }
  }

  private static DockerContext read(Path contexts, String name, String source) {
    String id = sha256(name);
    Path file = contexts.resolve("meta").resolve(id).resolve("meta.json");
    if (!Files.exists(file)) {
      throw new EngineException(
          "The Docker context '%s' (%s) does not exist on this node: there is no %s. Create it with 'docker context create', unset %s, or set spark.lofn.docker.host"
              .formatted(name, source, file, source));
    }
    try {
      JsonNode endpoint = JSON.readTree(Files.readAllBytes(file)).path("Endpoints").path("docker");
      String host = endpoint.path("Host").asText();
      if (host.isEmpty()) {
        throw new EngineException(
            "The Docker context '%s' (%s) names no engine: %s has no Endpoints.docker.Host"
                .formatted(name, source, file));
      }
      Path tls = contexts.resolve("tls").resolve(id).resolve("docker");
      return new DockerContext(name, source, host, Optional.of(tls).filter(Files::isDirectory));
    } catch (IOException e) {
      throw new EngineException(
          "The Docker context '%s' (%s) cannot be read from %s: %s"
              .formatted(name, source, file, e),
          e);
    }
  }

  /**
   * Where the engine is.
   *
   * @param tls how to speak to it if the context has no TLS files; null for plain TCP
   * @throws EngineException if lofn cannot speak to such an engine
   */
  EngineAddress address(@Nullable SSLContext tls) {
    try {
      SSLContext own =
          certificates.map(directory -> TlsFiles.ofContext(directory).context()).orElse(tls);
      return EngineAddress.parse(host, host.startsWith("unix:") ? null : own);
    } catch (EngineException e) {
      throw new EngineException(
          "The Docker context '%s' (%s) cannot be used: %s".formatted(name, source, e.getMessage()),
          e);
    }
  }

  private static String sha256(String name) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
