package io.lofn.http;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A container of an engine. Thread-safe. */
public abstract class HttpContainer implements RunningContainer {

  private static final Duration KILL_TIME = Duration.ofSeconds(2);

  private final HttpEngine engine;
  private final String id;
  private final ContainerStreams streams;
  private final ExitWait watch;
  private final @Nullable OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private boolean removed;

  /** Takes over a created container, its streams and the wait for its end. */
  protected HttpContainer(HttpEngine engine, String id, ContainerStreams streams, ExitWait watch) {
    this.engine = engine;
    this.id = id;
    this.streams = streams;
    this.watch = watch;
    stdin = streams.stdin();
    stdout = streams.stdout();
    stderr = streams.stderr();
  }

  /** Starts the removal of the container, running or not, without a deadline. */
  protected abstract Future<Boolean> beginRemoval(String action);

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final OutputStream stdin() {
    if (stdin == null) {
      throw new IllegalStateException("Container " + id + " has no standard input");
    }
    return stdin;
  }

  @Override
  public final InputStream stdout() {
    return stdout;
  }

  @Override
  public final InputStream stderr() {
    return stderr;
  }

  @Override
  public final Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return watch.await(atMost);
  }

  /** Returns the wait for its end. */
  protected final ExitWait watch() {
    return watch;
  }

  @Override
  public final synchronized void close() {
    if (removed) {
      return;
    }
    String action = "remove container " + id;
    try {
      Future<Boolean> removal = beginRemoval(action);
      waitABit(removal);
      closeStreams();
      engine.await(action, removal, engine.callTimeout());
      removed = true;
    } finally {
      closeStreams();
    }
  }

  /**
   * Waits a moment for the removal before the streams are closed: the engine kills the tool first,
   * so that it does not read a broken connection as the end of its input.
   */
  private static void waitABit(Future<Boolean> removal) {
    try {
      DeadlineCalls.join(removal, KILL_TIME);
    } catch (TimeoutException | ExecutionException ignored) {
      // The streams are closed in any case, and the failure is reported later.
    }
  }

  /** Unblocks threads that read, write or wait. Does not change the container. */
  public final void closeStreams() {
    try (streams) {
      watch.close();
    }
  }
}
