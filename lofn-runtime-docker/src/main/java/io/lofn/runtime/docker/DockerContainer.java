package io.lofn.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** A container of a Docker engine. Thread-safe. */
final class DockerContainer implements RunningContainer {

  private static final long LONGEST_GRACE = Duration.ofDays(365).toSeconds();
  private static final long REMOVAL_PAUSE_MILLIS = 20;
  private static final Duration KILL_TIME = Duration.ofSeconds(2);

  private final DockerEngine engine;
  private final String id;
  private final boolean hasStdin;
  private final AttachConnection inAndOut;
  private final AttachConnection error;
  private final ExitWatch watch;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private boolean removed;

  private DockerContainer(
      DockerEngine engine,
      String id,
      boolean hasStdin,
      AttachConnection inAndOut,
      AttachConnection error) {
    this.engine = engine;
    this.id = id;
    this.hasStdin = hasStdin;
    this.inAndOut = inAndOut;
    this.error = error;
    watch = new ExitWatch(engine, id, inAndOut::abandonInput);
    stdin = inAndOut.input();
    stdout = inAndOut.output(FrameInputStream.STDOUT);
    stderr = error.output(FrameInputStream.STDERR);
  }

  /**
   * Attaches to a container that was created. The standard error has a connection of its own, so
   * that it flows while nobody reads the standard output. What is not asked for is said, too: some
   * engines attach to all they are not told about.
   */
  static DockerContainer attach(DockerEngine engine, String id, boolean stdin) {
    AttachConnection inAndOut =
        engine.attach(id, (stdin ? "stdin=1" : "stdin=0") + "&stdout=1&stderr=0");
    try {
      return new DockerContainer(
          engine, id, stdin, inAndOut, engine.attach(id, "stdin=0&stdout=0&stderr=1"));
    } catch (RuntimeException e) {
      inAndOut.close();
      throw e;
    }
  }

  /**
   * Starts the process.
   *
   * @return empty, or why the engine says the request was wrong
   */
  Optional<BadRequestException> start() {
    Optional<BadRequestException> refusal =
        engine.call(
            "start container " + id,
            client -> {
              try {
                client.startContainerCmd(id).exec();
                return Optional.empty();
              } catch (BadRequestException e) {
                return Optional.of(e);
              }
            });
    if (refusal.isEmpty()) {
      watch.start();
    }
    return refusal;
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
    if (grace.isZero() || grace.isNegative()) {
      engine.call("kill container " + id, ifRunning(client -> client.killContainerCmd(id).exec()));
    } else {
      int seconds = roundedUp(grace);
      engine.call(
          "stop container " + id,
          Duration.ofSeconds(seconds),
          ifRunning(client -> client.stopContainerCmd(id).withTimeout(seconds).exec()));
    }
    watch.settle(engine.callTimeout());
  }

  /** The engine takes whole seconds. */
  private static int roundedUp(Duration grace) {
    long seconds = Math.min(grace.getSeconds(), LONGEST_GRACE);
    return (int) (grace.getNano() > 0 ? seconds + 1 : seconds);
  }

  private static Function<DockerClient, Boolean> ifRunning(Consumer<DockerClient> request) {
    return client -> {
      try {
        request.accept(client);
        return true;
      } catch (NotModifiedException | NotFoundException | ConflictException ended) {
        return false;
      }
    };
  }

  @Override
  public synchronized void close() {
    if (removed) {
      return;
    }
    String action = "remove container " + id;
    try {
      Future<Boolean> removal = engine.submit(action, removal(id, engine.callTimeout()));
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
    try (inAndOut;
        error) {
      watch.close();
    }
  }

  /**
   * Removes a container, whether it runs or not, and its anonymous volumes.
   *
   * @param atMost how long to wait for somebody else who is removing it: an engine may never end
   *     that
   */
  static Function<DockerClient, Boolean> removal(String id, Duration atMost) {
    return client -> {
      long begin = System.nanoTime();
      try {
        while (!removed(client, id, System.nanoTime() - begin > atMost.toNanos())) {
          TimeUnit.MILLISECONDS.sleep(REMOVAL_PAUSE_MILLIS);
        }
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException();
      }
    };
  }

  /**
   * False if somebody else is removing it just now: then it is still there for a while.
   *
   * @param late whether that is a failure by now
   */
  private static boolean removed(DockerClient client, String id, boolean late) {
    try {
      client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
      return true;
    } catch (NotFoundException gone) {
      return true;
    } catch (ConflictException e) {
      if (!late && DockerErrors.text(e).contains("already in progress")) {
        return false;
      }
      throw e;
    }
  }
}
