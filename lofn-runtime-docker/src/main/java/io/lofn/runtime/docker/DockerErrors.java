package io.lofn.runtime.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Says what a failed call means: to the user in words, to the caller by the exception's type. */
final class DockerErrors {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What engines call their own fault, status 500, although the spec is wrong. */
  private static final List<String> WRONG_SPEC =
      List.of("unable to find user", "unable to find group", "is not a directory");

  private static final int LONGEST_ANSWER = 2000;

  private final EngineAddress address;

  DockerErrors(EngineAddress address) {
    this.address = address;
  }

  /** The engine did not answer in time. */
  EngineException noAnswer(String action, Duration atMost, TimeoutException cause) {
    return EngineException.transientFailure(
        message(action, "no answer within " + seconds(atMost)), cause);
  }

  /** Whether the engine may still do what it was asked. */
  static boolean isNoAnswer(Throwable failure) {
    return causes(failure)
        .anyMatch(t -> t instanceof TimeoutException || t instanceof SocketTimeoutException);
  }

  /** Whether a connection broke, and not because somebody here gave it up. */
  static boolean isDisconnected(Throwable failure) {
    return causes(failure).anyMatch(IOException.class::isInstance)
        && !isNoAnswer(failure)
        && causes(failure).noneMatch(ClosedByInterruptException.class::isInstance);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  /**
   * Something else went wrong.
   *
   * @param action what was asked, such as {@code start container x}
   * @param failure what was thrown, with whatever around it
   */
  EngineException of(String action, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EngineException e) {
        return e;
      }
      if (t instanceof DockerException e) {
        return answered(action, e.getHttpStatus(), text(e), failure);
      }
      if (t instanceof EngineAnswerException e) {
        return answered(action, e.status(), text(e.body()), failure);
      }
      if (t instanceof SocketTimeoutException) {
        return EngineException.transientFailure(message(action, "no answer in time"), failure);
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

  private EngineException answered(String action, int status, String text, Throwable cause) {
    String message = message(action, "status " + status + ": " + text);
    if (status == 404 && text.toLowerCase(Locale.ROOT).contains("no such image")) {
      return new ImageUnavailableException(message, cause);
    }
    boolean nameTaken = status == 409 && text.contains("already in use");
    boolean engineFault = status >= 500 && WRONG_SPEC.stream().noneMatch(text::contains);
    return engineFault || nameTaken
        ? EngineException.transientFailure(message, cause)
        : new EngineException(message, cause);
  }

  private EngineException disconnected(String action, IOException failure, Throwable cause) {
    String message = message(action, ConnectFailure.explain(address, failure));
    return failure instanceof SSLException || ConnectFailure.isDenied(address)
        ? new EngineException(message, cause)
        : EngineException.transientFailure(message, cause);
  }

  /** A message that names the engine, what was asked of it, and the answer. */
  String message(String action, String answer) {
    return "Docker at " + address + " could not " + action + ": " + abbreviated(answer);
  }

  /** An engine repeats the program that it was asked for, however long its name is. */
  static String abbreviated(String answer) {
    return answer.length() <= LONGEST_ANSWER
        ? answer
        : "%s... (%d characters)".formatted(answer.substring(0, LONGEST_ANSWER), answer.length());
  }

  /** The engine's own words. */
  static String text(DockerException answer) {
    return text(Objects.toString(answer.getMessage(), ""));
  }

  /** The engine's own words in an answer's body, which are JSON mostly. */
  static String text(String body) {
    int start = body.indexOf('{');
    if (start >= 0) {
      try {
        String message = JSON.readTree(body.substring(start)).path("message").asText();
        if (!message.isEmpty()) {
          return message.strip();
        }
      } catch (JsonProcessingException ignored) {
        // Then the body is shown as it is.
      }
    }
    return body.strip();
  }

  static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
