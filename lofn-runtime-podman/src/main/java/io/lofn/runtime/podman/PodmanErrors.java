package io.lofn.runtime.podman;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Says what a failed call means: to the user in words, to the caller by the exception's type. */
final class PodmanErrors {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What podman calls its own fault, status 500, although the spec is wrong; in lower case. */
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

  private static final int LONGEST_ANSWER = 2000;

  private final String socket;

  PodmanErrors(String socket) {
    this.socket = socket;
  }

  /** The service did not answer in time. */
  EngineException noAnswer(String action, Duration atMost, TimeoutException cause) {
    return EngineException.transientFailure(
        message(action, "no answer within " + seconds(atMost)), cause);
  }

  /** Whether the service may still do what it was asked. */
  static boolean isNoAnswer(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(TimeoutException.class::isInstance);
  }

  /**
   * Something went wrong.
   *
   * @param action what was asked, such as {@code start container x}
   * @param failure what was thrown, with whatever around it
   */
  EngineException of(String action, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EngineException e) {
        return e;
      }
      if (t instanceof EngineAnswerException e) {
        return answered(action, e, failure);
      }
      if (t instanceof IOException e) {
        return disconnected(action, e, failure);
      }
      if (t instanceof CancellationException) {
        return new EngineException(message(action, "the runtime was closed"), failure);
      }
    }
    return new EngineException(message(action, failure.toString()), failure);
  }

  private EngineException answered(String action, EngineAnswerException answer, Throwable cause) {
    String text = text(answer.body());
    String message = message(action, "status " + answer.status() + ": " + text);
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("image not known") || lower.contains("no such image")) {
      return new ImageUnavailableException(message, cause);
    }
    boolean nameTaken = lower.contains("already in use");
    boolean engineFault = answer.status() >= 500 && WRONG_SPEC.stream().noneMatch(lower::contains);
    return engineFault || nameTaken
        ? EngineException.transientFailure(message, cause)
        : new EngineException(message, cause);
  }

  private EngineException disconnected(String action, IOException failure, Throwable cause) {
    String message = message(action, explain(failure));
    return isDenied()
        ? new EngineException(message, cause)
        : EngineException.transientFailure(message, cause);
  }

  /** Why the service cannot be reached; the system's own messages come in its language. */
  String explain(IOException failure) {
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

  /** A message that names the service, what was asked of it, and the answer. */
  String message(String action, String answer) {
    return "Podman at unix://" + socket + " could not " + action + ": " + abbreviated(answer);
  }

  /** A service repeats the program that it was asked for, however long its name is. */
  static String abbreviated(String answer) {
    return answer.length() <= LONGEST_ANSWER
        ? answer
        : "%s... (%d characters)".formatted(answer.substring(0, LONGEST_ANSWER), answer.length());
  }

  /** The service's own words in an answer's body. */
  static String text(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      String message = json.path("message").asText();
      String cause = json.path("cause").asText();
      if (!message.isEmpty()) {
        return (message.contains(cause) ? message : message + ": " + cause).strip();
      }
    } catch (JsonProcessingException ignored) {
      // Then the body is shown as it is.
    }
    return body.strip();
  }

  static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
