package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Translates failed calls to exceptions: the message is for the user, the type for the caller. */
public abstract class EngineErrors {

  private static final int LONGEST_ANSWER = 2000;

  private final String engine;

  /**
   * @param engine the beginning of messages, such as {@code Docker at unix:///path}
   */
  protected EngineErrors(String engine) {
    this.engine = engine;
  }

  /** Returns the exception for an engine that did not answer in time. */
  public final EngineException noAnswer(String action, Duration atMost, TimeoutException cause) {
    return EngineException.transientFailure(
        message(action, "no answer within " + seconds(atMost)), cause);
  }

  /** Returns whether the engine may still process the request. */
  public static boolean isNoAnswer(Throwable failure) {
    return causes(failure)
        .anyMatch(t -> t instanceof TimeoutException || t instanceof SocketTimeoutException);
  }

  /** Returns an exception and all its causes. */
  protected static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  /**
   * Returns the exception for any other failure.
   *
   * @param action the request, such as {@code start container x}
   * @param failure the failure, possibly wrapped in other exceptions
   */
  public final EngineException of(String action, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EngineException e) {
        return e;
      }
      Throwable known = answer(t);
      if (known instanceof EngineAnswerException e) {
        return answered(action, e, failure);
      }
      if (known instanceof SocketTimeoutException) {
        return EngineException.transientFailure(message(action, "no answer in time"), failure);
      }
      if (known instanceof IOException e) {
        return disconnected(action, e, failure);
      }
      if (known instanceof CancellationException) {
        return new EngineException(message(action, "the runtime was closed"), failure);
      }
    }
    return new EngineException(message(action, failure.toString()), failure);
  }

  private EngineException answered(String action, EngineAnswerException answer, Throwable cause) {
    int status = answer.status();
    String text = text(answer.body());
    String later = answer.retryAfter();
    String suffix = later.isEmpty() ? "" : " (Retry-After: " + later + ")";
    String message = message(action, "status " + status + ": " + text + suffix);
    if (isMissingImage(status, text)) {
      return new ImageUnavailableException(message, cause);
    }
    return isPassing(status, text)
        ? EngineException.transientFailure(message, cause)
        : new EngineException(message, cause);
  }

  private EngineException disconnected(String action, IOException failure, Throwable cause) {
    String message = message(action, explain(failure));
    return isLasting(failure)
        ? new EngineException(message, cause)
        : EngineException.transientFailure(message, cause);
  }

  /**
   * Returns the engine's answer if a library has wrapped it in the failure; otherwise the failure.
   */
  protected Throwable answer(Throwable failure) {
    return failure;
  }

  /** Returns the engine's message in the body of an answer. */
  protected abstract String text(String body);

  /** Returns whether an answer means that the image does not exist. */
  protected abstract boolean isMissingImage(int status, String text);

  /** Returns whether a retry may succeed after an answer. */
  protected abstract boolean isPassing(int status, String text);

  /** Returns why the engine cannot be reached. */
  protected abstract String explain(IOException failure);

  /** Returns whether a retry to reach the engine would fail, too. */
  protected abstract boolean isLasting(IOException failure);

  /** Returns a message with the engine, the request and the answer. */
  public final String message(String action, String answer) {
    return engine + " could not " + action + ": " + abbreviated(answer);
  }

  /** Shortens an answer: an engine repeats the requested program, whose name may be very long. */
  private static String abbreviated(String answer) {
    return answer.length() <= LONGEST_ANSWER
        ? answer
        : "%s... (%d characters)".formatted(answer.substring(0, LONGEST_ANSWER), answer.length());
  }

  /** Formats a duration for messages. */
  public static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
