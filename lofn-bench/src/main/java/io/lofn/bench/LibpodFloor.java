package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What podman's API costs by itself: create, attach, start, wait and remove, by one connection that
 * stays and one for each attach, without any library.
 */
final class LibpodFloor implements AutoCloseable {

  private static final String CONTAINERS = "/v4.0.0/libpod/containers/";
  private static final Pattern ID = Pattern.compile("\"Id\":\"([0-9a-f]+)\"");

  private final String socket;
  private final RawHttp control;

  LibpodFloor(String socket) throws IOException {
    this.socket = socket;
    control = new RawHttp(socket);
  }

  /** Runs a command that prints something, and returns what it printed, with the frames' heads. */
  String run(String image, String command) throws IOException {
    String spec =
        """
        {"image": "%s", "command": ["sh", "-c", "%s"], "netns": {"nsmode": "none"},
         "log_configuration": {"driver": "none"}}
        """
            .formatted(image, command);
    Matcher created = ID.matcher(control.exchange("POST", CONTAINERS + "create", spec, 201));
    if (!created.find()) {
      throw new IOException("No id of a container");
    }
    String container = CONTAINERS + created.group(1);
    try (RawHttp attach = new RawHttp(socket)) {
      attach.upgrade(
          container + "/attach?stream=true&logs=false&stdin=false&stdout=true&stderr=true");
      control.exchange("POST", container + "/start", "", 204);
      String output = new String(attach.rest(), UTF_8);
      control.exchange(
          "POST", container + "/wait?condition=stopped&condition=exited&interval=10ms", "", 200);
      return output;
    } finally {
      control.exchange("DELETE", container + "?force=true&timeout=0&v=true", "", 200);
    }
  }

  @Override
  public void close() throws IOException {
    control.close();
  }
}
