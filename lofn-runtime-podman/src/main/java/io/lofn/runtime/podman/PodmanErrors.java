package io.lofn.runtime.podman;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.http.EngineErrors;
import io.lofn.http.NodeUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Translates the failures of a podman service. */
final class PodmanErrors extends EngineErrors {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Messages that podman sends with status 500, although the spec is wrong; in lower case. */
  private static final List<String> WRONG_SPEC =
      List.of(
          "unable to find user",
          "unable to find group",
          "no matching entries in",
          "not a directory",
          "no such file or directory",
          "does not exist on container",
          "invalid",
          "unknown capability",
          "not supported",
          "unable to find network",
          "network not found",
          "duplicate mount",
          "payload does not match");

  private final String socket;

  PodmanErrors(String socket) {
    super("Podman at unix://" + socket);
    this.socket = socket;
  }

  @Override
  protected boolean isMissingImage(int status, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.contains("image not known") || lower.contains("no such image");
  }

  @Override
  protected boolean isPassing(int status, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean nameTaken = lower.contains("already in use");
    boolean engineFault = status >= 500 && WRONG_SPEC.stream().noneMatch(lower::contains);
    return engineFault || nameTaken;
  }

  @Override
  protected boolean isLasting(IOException failure) {
    return isDenied();
  }

  /**
   * Explains the failure from the socket's file, since the messages of the system are in the
   * system's language.
   */
  @Override
  protected String explain(IOException failure) {
    if (Files.notExists(Path.of(socket))) {
      return "there is no socket at "
          + socket
          + ". Start the service with 'systemctl start podman.socket' or 'podman system service',"
          + " or set CONTAINER_HOST or spark.lofn.podman.socket";
    }
    if (isDenied()) {
      return "permission denied on "
          + socket
          + ". Start a service of the user "
          + NodeUser.name()
          + " with 'systemctl --user start podman.socket', and set spark.lofn.podman.socket";
    }
    return "the connection broke or was refused: " + failure.getMessage();
  }

  private boolean isDenied() {
    Path path = Path.of(socket);
    return Files.exists(path) && !Files.isWritable(path);
  }

  @Override
  protected String text(String body) {
    return words(body);
  }

  /** Returns the service's message in the body of an answer. */
  static String words(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      String message = json.path("message").asText();
      String cause = json.path("cause").asText();
      if (!message.isEmpty()) {
        return (message.contains(cause) ? message : message + ": " + cause).strip();
      }
    } catch (JsonProcessingException ignored) {
      // The message then has the whole body.
    }
    return body.strip();
  }
}
