package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one engine. Every call has a deadline and fails with an {@link
 * EngineException} that names the request. Thread-safe.
 */
public abstract class HttpEngine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpEngine.class);

  private final DeadlineCalls calls;
  private final EngineErrors errors;
  private final Duration callTimeout;

  /** Takes over the calls, and closes them with itself. */
  protected HttpEngine(DeadlineCalls calls, EngineErrors errors, Duration callTimeout) {
    this.calls = calls;
    this.errors = errors;
    this.callTimeout = callTimeout;
  }

  /** Starts work, without a deadline. */
  public final <T> Future<T> begin(String action, Callable<T> work) {
    try {
      return calls.submit(work);
    } catch (RejectedExecutionException e) {
      throw new EngineException(errors.message(action, "the runtime is closed"), e);
    }
  }

  /** Waits for work, and cancels it if it takes longer. */
  public final <T> T await(String action, Future<T> work, Duration atMost) {
    try {
      return DeadlineCalls.join(work, atMost);
    } catch (TimeoutException e) {
      work.cancel(true);
      throw errors.noAnswer(action, atMost, e);
    } catch (ExecutionException | RuntimeException e) {
      throw errors.of(action, e);
    }
  }

  /** Runs work in the background, without a deadline. Failures are logged. */
  protected final void later(String action, Callable<Boolean> work) {
    Future<Boolean> unused =
        begin(
            action,
            () -> {
              try {
                return work.call();
              } catch (Exception | Error e) {
                LOG.warn("{}", errors.of(action, e).getMessage());
                return false;
              }
            });
  }

  /** Attaches to streams of a container with a request for this path. */
  protected final AttachConnection attachBy(String path, String container) {
    String action = "attach to container " + container;
    AttachConnection connection = null;
    try {
      AttachConnection opening = connection();
      connection = opening;
      Callable<Boolean> open =
          () -> {
            opening.open(path, callTimeout);
            return true;
          };
      await(action, begin(action, open), callTimeout);
      return opening;
    } catch (IOException | RuntimeException e) {
      if (connection != null) {
        connection.close();
      }
      throw errors.of(action, e);
    }
  }

  /** Returns a new connection to the engine, not connected yet. */
  protected abstract AttachConnection connection() throws IOException;

  /** Returns the features that this engine does not support on this node. */
  public abstract Set<RuntimeFeature> unsupportedFeatures();

  /** Returns how long a call may take. */
  public final Duration callTimeout() {
    return callTimeout;
  }

  /** Returns the translation of failed calls. */
  public final EngineErrors errors() {
    return errors;
  }

  @Override
  public void close() {
    calls.close();
  }
}
