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

/** Says what a failed call means: to the user in words, to the caller by the exception's type. */
public abstract class EngineErrors {

  private static final int LONGEST_ANSWER = 2000;

  private final String engine;

  /**
   * @param engine what messages begin with, such as {@code Docker at unix:///path}
   */
  protected EngineErrors(String engine) {
    this.engine = engine;
  }

  /** The engine did not answer in time. */
  public final EngineException noAnswer(String action, Duration atMost, TimeoutException cause) {
    return EngineException.transientFailure(
        message(action, "no answer within " + seconds(atMost)), cause);
  }

  /** Whether the engine may still do what it was asked. */
  public static boolean isNoAnswer(Throwable failure) {
    return causes(failure)
        .anyMatch(t -> t instanceof TimeoutException || t instanceof SocketTimeoutException);
  }

  /** What was thrown, and all its causes. */
  protected static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  /**
   * Something else went wrong.
   *
   * @param action what was asked, such as {@code start container x}
   * @param failure what was thrown, with whatever around it
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

  /** A failure in which a library has put an engine's answer, as that answer; else itself. */
  protected Throwable answer(Throwable failure) {
    return failure;
  }

  /** The engine's own words in an answer's body. */
  protected abstract String text(String body);

  /** Whether an answer means that the image is not there. */
  protected abstract boolean isMissingImage(int status, String text);

  /** Whether another try may succeed after an answer. */
  protected abstract boolean isPassing(int status, String text);

  /** Why the engine cannot be reached. */
  protected abstract String explain(IOException failure);

  /** Whether another try to reach the engine would fail as well. */
  protected abstract boolean isLasting(IOException failure);

  /** A message that names the engine, what was asked of it, and the answer. */
  public final String message(String action, String answer) {
    return engine + " could not " + action + ": " + abbreviated(answer);
  }

  /** An engine repeats the program that it was asked for, however long its name is. */
  private static String abbreviated(String answer) {
    return answer.length() <= LONGEST_ANSWER
        ? answer
        : "%s... (%d characters)".formatted(answer.substring(0, LONGEST_ANSWER), answer.length());
  }

  /** A duration for people. */
  public static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
