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

/** A container of podman. Thread-safe. */
final class PodmanContainer implements RunningContainer {

  private static final Duration KILL_TIME = Duration.ofSeconds(2);

  private final PodmanEngine engine;
  private final Containers containers;
  private final String id;
  private final boolean hasStdin;
  private final AttachConnection inAndOut;
  private final AttachConnection error;
  private final ExitWatch watch;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private boolean removed;

  private PodmanContainer(
      PodmanEngine engine,
      String id,
      boolean hasStdin,
      AttachConnection inAndOut,
      AttachConnection error) {
    this.engine = engine;
    containers = new Containers(engine);
    this.id = id;
    this.hasStdin = hasStdin;
    this.inAndOut = inAndOut;
    this.error = error;
    watch = new ExitWatch(engine, id, inAndOut::abandonInput);
    stdin = inAndOut.input();
    stdout = inAndOut.output();
    stderr = error.output();
  }

  /**
   * Attaches to a container that was created. The standard error has a connection of its own, so
   * that it flows while nobody reads the standard output.
   */
  static PodmanContainer attach(PodmanEngine engine, String id, boolean stdin) {
    AttachConnection inAndOut = engine.attach(id, "stdin=" + stdin + "&stdout=true&stderr=false");
    try {
      AttachConnection error = engine.attach(id, "stdin=false&stdout=false&stderr=true");
      return new PodmanContainer(engine, id, stdin, inAndOut, error);
    } catch (RuntimeException e) {
      inAndOut.close();
      throw e;
    }
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
    if (!hasStdin) {
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
    inAndOut.close();
    error.close();
    watch.close();
  }
}
