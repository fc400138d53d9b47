package io.lofn.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import io.lofn.http.AttachConnection;
import io.lofn.http.ContainerStreams;
import io.lofn.http.HttpContainer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** A container of a Docker engine. Thread-safe. */
final class DockerContainer extends HttpContainer {

  private static final long LONGEST_GRACE = Duration.ofDays(365).toSeconds();
  private static final long REMOVAL_PAUSE_MILLIS = 20;

  private final DockerEngine engine;

  private DockerContainer(DockerEngine engine, String id, ContainerStreams streams) {
    super(engine, id, streams, new ExitWatch(engine, id, streams::abandonInput));
    this.engine = engine;
  }

  /**
   * Attaches to a created container. The request also names the streams that are not needed: some
   * engines attach to every stream that is not mentioned.
   */
  static DockerContainer attach(DockerEngine engine, String id, boolean stdin) {
    AttachConnection inAndOut =
        engine.attach(id, (stdin ? "stdin=1" : "stdin=0") + "&stdout=1&stderr=0");
    try {
      AttachConnection error = engine.attach(id, "stdin=0&stdout=0&stderr=1");
      return new DockerContainer(
          engine, id, new ContainerStreams(inAndOut, stdin, inAndOut, error));
    } catch (RuntimeException e) {
      inAndOut.close();
      throw e;
    }
  }

  /**
   * Starts the process.
   *
   * @return empty, or the engine's reason why the request was wrong
   */
  Optional<BadRequestException> start() {
    Optional<BadRequestException> refusal =
        engine.call(
            "start container " + id(),
            client -> {
              try {
                client.startContainerCmd(id()).exec();
                return Optional.empty();
              } catch (BadRequestException e) {
                return Optional.of(e);
              }
            });
    if (refusal.isEmpty()) {
      watch().start();
    }
    return refusal;
  }

  @Override
  public void stop(Duration grace) {
    if (grace.isZero() || grace.isNegative()) {
      engine.call(
          "kill container " + id(), ifRunning(client -> client.killContainerCmd(id()).exec()));
    } else {
      int seconds = roundedUp(grace);
      engine.call(
          "stop container " + id(),
          Duration.ofSeconds(seconds),
          ifRunning(client -> client.stopContainerCmd(id()).withTimeout(seconds).exec()));
    }
    watch().settle(engine.callTimeout());
  }

  /** Rounds up, since the engine accepts whole seconds. */
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
  protected Future<Boolean> beginRemoval(String action) {
    return engine.submit(action, removal(id(), engine.callTimeout()));
  }

  /**
   * Returns a call that removes a container, running or not, and its anonymous volumes.
   *
   * @param atMost how long to wait for another removal of it: an engine may never end that
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
   * Removes the container; returns false while another removal is running, during which it still
   * exists.
   *
   * @param late whether that is now a failure
   */
  private static boolean removed(DockerClient client, String id, boolean late) {
    try {
      client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
      return true;
    } catch (NotFoundException gone) {
      return true;
    } catch (ConflictException e) {
      if (!late && DockerErrors.words(e).contains("already in progress")) {
        return false;
      }
      throw e;
    }
  }
}
