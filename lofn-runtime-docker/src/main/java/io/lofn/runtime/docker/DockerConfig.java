package io.lofn.runtime.docker;

import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Which engine to use, and how. Properties of the runtime win over the variables that the docker
 * command knows. Immutable.
 */
final class DockerConfig {

  static final String DEFAULT_HOST = "unix:///var/run/docker.sock";

  /** Sockets count in milliseconds, as an int. */
  private static final Duration LONGEST_CALL = Duration.ofDays(1);

  private static final String HOST = "host";
  private static final String TLS_VERIFY = "tls.verify";
  private static final String CERT_PATH = "cert.path";
  private static final String CONFIG = "config";
  private static final String CGROUP_PARENT = "cgroup.parent";

  static final Map<String, String> PROPERTIES =
      Map.of(
          HOST,
              "address of the engine, unix:///path or tcp://host:port; else DOCKER_HOST, else that"
                  + " of the current Docker context",
          TLS_VERIFY,
              "whether a tcp address is spoken to with TLS, true or false; else whether"
                  + " DOCKER_TLS_VERIFY or DOCKER_TLS has any value",
          CERT_PATH, "directory of ca.pem, cert.pem and key.pem; else DOCKER_CERT_PATH",
          CONFIG, "directory of config.json with registry credentials; else DOCKER_CONFIG",
          CGROUP_PARENT, "cgroup that containers are made below; else the engine's own");

  private final EngineAddress address;
  private final Path configDirectory;
  private final Duration callTimeout;
  private final @Nullable String cgroupParent;

  private DockerConfig(
      EngineAddress address,
      Path configDirectory,
      Duration callTimeout,
      @Nullable String cgroupParent) {
    this.address = address;
    this.configDirectory = configDirectory;
    this.callTimeout = callTimeout;
    this.cgroupParent = cgroupParent;
  }

  /**
   * Reads the configuration.
   *
   * @throws io.lofn.api.EngineException if it makes no sense, or a file that it names is missing
   */
  static DockerConfig of(RuntimeConfig config, Map<String, String> environment, Path home) {
    Settings settings = new Settings(config, environment);
    Path directory =
        settings.get(CONFIG, "DOCKER_CONFIG").map(Path::of).orElse(home.resolve(".docker"));
    Duration timeout = min(config.callTimeout(), LONGEST_CALL);
    return new DockerConfig(
        address(settings, directory),
        directory,
        timeout,
        config.property(CGROUP_PARENT).map(String::strip).filter(t -> !t.isEmpty()).orElse(null));
  }

  /** As the docker command finds it: an address that is said wins over a context. */
  private static EngineAddress address(Settings settings, Path directory) {
    Optional<String> said = settings.get(HOST, "DOCKER_HOST");
    Optional<DockerContext> context =
        said.isPresent()
            ? Optional.empty()
            : DockerContext.current(directory, settings.environment());
    if (context.isPresent() && context.get().certificates().isPresent()) {
      return context.get().address(null);
    }
    String host = context.map(DockerContext::host).or(() -> said).orElse(DEFAULT_HOST);
    Path certificates = settings.get(CERT_PATH, "DOCKER_CERT_PATH").map(Path::of).orElse(directory);
    SSLContext tls =
        settings.usesTls() && !host.startsWith("unix:")
            ? new TlsFiles(certificates).context()
            : null;
    return context.isPresent() ? context.get().address(tls) : EngineAddress.parse(host, tls);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  EngineAddress address() {
    return address;
  }

  /** Where config.json is, if there is one. */
  Path configDirectory() {
    return configDirectory;
  }

  Duration callTimeout() {
    return callTimeout;
  }

  Optional<String> cgroupParent() {
    return Optional.ofNullable(cgroupParent);
  }

  /** The same for docker-java, which is kept from looking for more in files and variables. */
  DockerClientConfig forClient(@Nullable ApiVersion version) {
    SSLContext tls = address.tls();
    DefaultDockerClientConfig.Builder builder =
        new DefaultDockerClientConfig.Builder()
            .withDockerHost(address.uri().toString())
            .withApiVersion(version == null ? null : version.toString());
    if (tls != null) {
      builder.withCustomSslConfig(() -> tls);
    }
    return builder.build();
  }

  private record Settings(RuntimeConfig config, Map<String, String> environment) {

    Optional<String> get(String property, String variable) {
      return own(property)
          .or(() -> Optional.ofNullable(environment.get(variable)).map(String::strip))
          .filter(value -> !value.isEmpty());
    }

    private Optional<String> own(String property) {
      return config.property(property).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** To docker a variable that has any value at all asks for TLS: {@code 0}, too. */
    boolean usesTls() {
      return own(TLS_VERIFY)
          .map(Settings::flag)
          .orElseGet(() -> isSet("DOCKER_TLS_VERIFY") || isSet("DOCKER_TLS"));
    }

    private boolean isSet(String variable) {
      return !environment.getOrDefault(variable, "").isEmpty();
    }

    private static boolean flag(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "true", "1" -> true;
        case "false", "0" -> false;
        default ->
            throw new EngineException(
                "spark.lofn.docker.%s is '%s'; it must be true or false"
                    .formatted(TLS_VERIFY, value));
      };
    }
  }
}
