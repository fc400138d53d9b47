package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time of an engine's API calls without a library: create, attach, start, wait, remove.
 *
 * @param socket where the engine listens
 * @param spec the body of the call that creates a container of {@code cat} without a network
 * @param containers the path prefix of the calls on containers
 * @param attach the parameters of the calls that attach
 * @param await the parameters of the calls that wait
 * @param remove the parameters of the calls that remove
 */
record Floor(
    String socket, String spec, String containers, String attach, String await, String remove) {

  private static final Pattern ID = Pattern.compile("\"Id\":\"([0-9a-f]+)\"");
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int NO_CONTENT = 204;

  /**
   * Returns that of Docker, which is faster with the network disabled than with the network none.
   */
  static Floor docker() {
    String spec =
        """
        {"Image": "%s", "Cmd": ["cat"], "OpenStdin": true, "StdinOnce": true,
         "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "NetworkDisabled": true,
         "HostConfig": {"NetworkMode": "none", "LogConfig": {"Type": "none"}}}
        """;
    return new Floor(
        "/var/run/docker.sock",
        spec.formatted(Lab.IMAGE),
        "/v1.41/containers/",
        "stream=1&stdin=1&stdout=1&stderr=1",
        "",
        "force=1&v=1");
  }

  /** Returns that of podman's API. */
  static Floor podman() {
    String spec =
        """
        {"image": "%s", "command": ["cat"], "stdin": true, "netns": {"nsmode": "none"},
         "log_configuration": {"driver": "none"}, "volatile": true}
        """;
    return new Floor(
        System.getenv().getOrDefault("LOFN_PODMAN_SOCKET", "/run/podman/podman.sock"),
        spec.formatted(Lab.IMAGE),
        "/v4.0.0/libpod/containers/",
        "stream=true&logs=false&stdin=true&stdout=true&stderr=true",
        "condition=stopped&condition=exited&interval=10ms",
        "force=true&timeout=0&v=true");
  }

  /** Opens a persistent connection; each run opens another one to attach. */
  RawHttp connect() throws IOException {
    return new RawHttp(socket);
  }

  /** Sends text through a container, and returns its output. */
  String run(RawHttp connection, String input) throws IOException {
    Matcher id = ID.matcher(connection.exchange("POST", containers + "create", spec, CREATED));
    if (!id.find()) {
      throw new IOException("A container was created without an id");
    }
    String container = containers + id.group(1);
    try (RawHttp attached = new RawHttp(socket)) {
      attached.upgrade(container + "/attach?" + attach);
      connection.exchange("POST", container + "/start", "", NO_CONTENT);
      attached.sendAll(input.getBytes(UTF_8));
      String output = new String(attached.frames(), UTF_8);
      connection.exchange("POST", container + "/wait?" + await, "", OK);
      return output;
    } finally {
      connection.exchange("DELETE", container + "?" + remove, "", OK, NO_CONTENT);
    }
  }
}
