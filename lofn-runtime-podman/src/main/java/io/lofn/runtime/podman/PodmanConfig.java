package io.lofn.runtime.podman;

import io.lofn.api.EngineException;
import io.lofn.http.NodeUser;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The podman service to use.
 *
 * @param socket the path of its socket
 * @param ofThisUser whether its path is that of podman's systemd units for this user, so that plain
 *     {@code podman} sees the same containers
 * @param callTimeout how long a call may take
 * @param init the init program, if it is not in podman's default path
 * @param cgroupParent the parent cgroup of containers, if it is not podman's default
 */
record PodmanConfig(
    String socket,
    boolean ofThisUser,
    Duration callTimeout,
    Optional<String> init,
    Optional<String> cgroupParent) {

  /** Sockets have timeouts in milliseconds, as an int. */
  private static final Duration LONGEST_CALL = Duration.ofDays(1);

  private static final String SYSTEM_SOCKET = "/run/podman/podman.sock";
  private static final String SOCKET = "socket";
  private static final String CGROUP_PARENT = "cgroup.parent";
  private static final String UNIX = "unix://";

  static final Map<String, String> PROPERTIES =
      Map.of(
          SOCKET,
          "path of the service's socket; by default that of CONTAINER_HOST, else of podman's units"
              + " it",
          CGROUP_PARENT,
          "parent cgroup of containers; by default podman's");

  /** Paths of the init program. The REST API does not use the path of containers.conf. */
  private static final List<String> INITS =
      List.of(
          "/usr/libexec/podman/catatonit",
          "/usr/lib/podman/catatonit",
          "/usr/bin/catatonit",
          "/usr/bin/tini-static",
          "/usr/bin/docker-init");

  /**
   * Reads the configuration.
   *
   * @throws EngineException if a value is invalid
   */
  static PodmanConfig of(RuntimeConfig config, Map<String, String> environment) {
    Duration timeout = config.callTimeout();
    String socket = socket(config, environment);
    return new PodmanConfig(
        socket,
        isOfThisUser(socket, environment),
        timeout.compareTo(LONGEST_CALL) < 0 ? timeout : LONGEST_CALL,
        INITS.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst(),
        config.property(CGROUP_PARENT).map(String::strip).filter(text -> !text.isEmpty()));
  }

  private static String socket(RuntimeConfig config, Map<String, String> environment) {
    Optional<String> property = config.property(SOCKET).filter(value -> !value.isBlank());
    if (property.isPresent()) {
      String socket = property.get().strip();
      return path(socket.startsWith("/") ? UNIX + socket : socket, "spark.lofn.podman.socket");
    }
    String host = environment.getOrDefault("CONTAINER_HOST", "").strip();
    if (!host.isEmpty()) {
      return path(host, "CONTAINER_HOST");
    }
    return ownSocket(environment).filter(own -> Files.exists(Path.of(own))).orElse(SYSTEM_SOCKET);
  }

  private static Optional<String> ownSocket(Map<String, String> environment) {
    return Optional.of(environment.getOrDefault("XDG_RUNTIME_DIR", "").strip())
        .filter(directory -> !directory.isEmpty())
        .map(directory -> directory + "/podman/podman.sock");
  }

  private static boolean isOfThisUser(String socket, Map<String, String> environment) {
    return NodeUser.isRoot()
        ? socket.equals(SYSTEM_SOCKET)
        : ownSocket(environment).filter(socket::equals).isPresent();
  }

  private static String path(String address, String source) {
    String path = address.startsWith(UNIX) ? address.substring(UNIX.length()) : "";
    if (!path.startsWith("/")) {
      throw new EngineException(
          source
              + " is '"
              + address
              + "', but the runtime 'podman' only supports unix sockets; set it to unix:///path, or"
              + " use the runtime 'cli'");
    }
    return path;
  }
}
