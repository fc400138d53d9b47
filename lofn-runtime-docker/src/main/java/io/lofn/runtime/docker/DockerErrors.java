package io.lofn.runtime.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.lofn.http.EngineAnswerException;
import io.lofn.http.EngineErrors;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLException;

/** Translates the failures of a Docker engine. */
final class DockerErrors extends EngineErrors {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Messages that engines send with status 500, although the spec is wrong. */
  private static final List<String> WRONG_SPEC =
      List.of("unable to find user", "unable to find group", "is not a directory");

  private final EngineAddress address;

  DockerErrors(EngineAddress address) {
    super("Docker at " + address);
    this.address = address;
  }

  /** Returns whether a connection broke, except by a cancel of this process. */
  static boolean isDisconnected(Throwable failure) {
    return causes(failure).anyMatch(IOException.class::isInstance)
        && !isNoAnswer(failure)
        && causes(failure).noneMatch(ClosedByInterruptException.class::isInstance);
  }

  @Override
  protected Throwable answer(Throwable failure) {
    return failure instanceof DockerException e
        ? new EngineAnswerException(e.getHttpStatus(), Objects.toString(e.getMessage(), ""))
        : failure;
  }

  @Override
  protected boolean isMissingImage(int status, String text) {
    return status == 404 && text.toLowerCase(Locale.ROOT).contains("no such image");
  }

  @Override
  protected boolean isPassing(int status, String text) {
    boolean nameTaken = status == 409 && text.contains("already in use");
    boolean engineFault = status >= 500 && WRONG_SPEC.stream().noneMatch(text::contains);
    return engineFault || nameTaken;
  }

  @Override
  protected String explain(IOException failure) {
    return ConnectFailure.explain(address, failure);
  }

  @Override
  protected boolean isLasting(IOException failure) {
    return failure instanceof SSLException || ConnectFailure.isDenied(address);
  }

  /** Returns the engine's message. */
  static String words(DockerException answer) {
    return words(Objects.toString(answer.getMessage(), ""));
  }

  @Override
  protected String text(String body) {
    return words(body);
  }

  /** Returns the engine's message in the body of an answer, which usually is JSON. */
  private static String words(String body) {
    int start = body.indexOf('{');
    if (start >= 0) {
      try {
        String message = JSON.readTree(body.substring(start)).path("message").asText();
        if (!message.isEmpty()) {
          return message.strip();
        }
      } catch (JsonProcessingException ignored) {
        // The message then has the whole body.
      }
    }
    return body.strip();
  }
}
