package io.lofn.runtime.podman;

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

/** A container of podman. Thread-safe. */
final class PodmanContainer implements RunningContainer {

  private static final Duration KILL_TIME = Duration.ofSeconds(2);

  private final PodmanEngine engine;
  private final Containers containers;
  private final String id;
  private final ContainerStreams streams;
  private final ExitWatch watch;
  private final @Nullable OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private boolean removed;

  /** A container that was created, and its streams. */
  PodmanContainer(PodmanEngine engine, String id, ContainerStreams streams) {
    this.engine = engine;
    containers = new Containers(engine);
    this.id = id;
    this.streams = streams;
    watch = new ExitWatch(engine, id, streams::abandonInput);
    stdin = streams.stdin();
    stdout = streams.stdout();
    stderr = streams.stderr();
  }

  /** Starts the process. */
  void start() {
    containers.start(id);
    watch.start();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public OutputStream stdin() {
    if (stdin == null) {
      throw new IllegalStateException("Container " + id + " has no standard input");
    }
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return stdout;
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return watch.await(atMost);
  }

  @Override
  public void stop(Duration grace) {
    boolean patient = !grace.isZero() && !grace.isNegative();
    if (patient && (!containers.kill(id, "TERM") || watch.settle(grace))) {
      watch.settle(engine.callTimeout());
      return;
    }
    containers.kill(id, "KILL");
    watch.settle(engine.callTimeout());
  }

  @Override
  public synchronized void close() {
    if (removed) {
      return;
    }
    String action = "remove container " + id;
    try {
      Future<Boolean> removal = engine.begin(action, () -> containers.remove(id));
      waitABit(removal);
      closeStreams();
      engine.await(action, removal, engine.callTimeout());
      removed = true;
    } finally {
      closeStreams();
    }
  }

  /**
   * The tool is killed first, so that it does not take a broken connection for the end of input.
   */
  private static void waitABit(Future<Boolean> removal) {
    try {
      DeadlineCalls.join(removal, KILL_TIME);
    } catch (TimeoutException | ExecutionException ignored) {
      // The streams are closed anyway, and the failure is met again.
    }
  }

  /** Frees whoever reads, writes or waits. The container is not touched. */
  void closeStreams() {
    streams.close();
    watch.close();
  }
}
