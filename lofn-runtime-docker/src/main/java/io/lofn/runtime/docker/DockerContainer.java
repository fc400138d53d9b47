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
import java.util.concurrent.Future;

/** A container of a Docker engine. Thread-safe. */
final class DockerContainer implements RunningContainer {

  private final DockerEngine engine;
  private final String id;
  private final boolean hasStdin;
  private final AttachConnection main;
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
      AttachConnection main,
      AttachConnection error) {
    this.engine = engine;
    this.id = id;
    this.hasStdin = hasStdin;
    this.main = main;
    this.error = error;
    watch = new ExitWatch(engine, id);
    stdin = main.input();
    stdout = main.output();
    stderr = error.output();
  }

  /**
   * Attaches to a container that was created. The standard error has a connection of its own, so
   * that it flows while nobody reads the standard output.
   */
  static DockerContainer attach(DockerEngine engine, String id, boolean stdin) {
    AttachConnection main = engine.attach(id, stdin ? "stdin=1&stdout=1" : "stdout=1");
    try {
      return new DockerContainer(engine, id, stdin, main, engine.attach(id, "stderr=1"));
    } catch (RuntimeException e) {
      main.close();
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
      return;
    }
    int seconds = (int) Math.min(Integer.MAX_VALUE, grace.plusNanos(999_999_999).toSeconds());
    engine.call(
        "stop container " + id,
        Duration.ofSeconds(seconds),
        ifRunning(client -> client.stopContainerCmd(id).withTimeout(seconds).exec()));
  }

  private static java.util.function.Function<DockerClient, Boolean> ifRunning(
      java.util.function.Consumer<DockerClient> request) {
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
    Future<Boolean> removal = engine.submit(removal(id));
    try {
      engine.await(action, removal, engine.callTimeout());
      removed = true;
    } finally {
      main.close();
      error.close();
      watch.close();
    }
  }

  /** Removes a container, whether it runs or not, and its anonymous volumes. */
  static java.util.function.Function<DockerClient, Boolean> removal(String id) {
    return client -> {
      try {
        client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
        return true;
      } catch (NotFoundException | ConflictException gone) {
        return false;
      }
    };
  }
}
