package io.lofn.runtime.podman;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;

/** Learns the end of a container by one request that the service answers when it has come. */
final class ExitWatch implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final PodmanEngine engine;
  private final Containers containers;
  private final String container;
  private final Runnable onEnd;
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private volatile @Nullable Call request;
  private volatile boolean closed;

  /** The action is done as soon as the end is known. */
  ExitWatch(PodmanEngine engine, String container, Runnable onEnd) {
    this.engine = engine;
    containers = new Containers(engine);
    this.container = container;
    this.onEnd = onEnd;
  }

  /** Asks. Called once, when the container has been started. */
  void start() {
    Future<Boolean> unused = engine.begin(action(), this::watch);
  }

  /** Waits for the end; empty if it has not come by then. */
  Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(exit.get(NANOSECONDS.convert(atMost), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw engine.errors().of(action(), e);
    }
  }

  /**
   * Waits until the end, or that it cannot be known, is known here. Interrupts do not matter.
   *
   * @return false if it takes longer
   */
  boolean settle(Duration atMost) {
    try {
      DeadlineCalls.join(exit, atMost);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      // Whoever waits for the end will be told.
      return false;
    }
  }

  private String action() {
    return "wait for container " + container;
  }

  private boolean watch() {
    try {
      while (!exit.isDone()) {
        ask();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exit.completeExceptionally(new EngineException(gone(), e));
    } catch (RuntimeException | Error e) {
      exit.completeExceptionally(engine.errors().of(action(), e));
    }
    return true;
  }

  private void ask() throws InterruptedException {
    String path =
        "/containers/" + container + "/wait?condition=stopped&condition=exited&interval=10ms";
    Call call = engine.longCall(engine.libpod(path).post(PodmanEngine.nothing()).build());
    request = call;
    if (closed) {
      call.cancel();
    }
    try {
      Answer answer = PodmanEngine.answer(call);
      String code = answer.body().strip();
      if (answer.status() == 200 && code.matches("\\d{1,5}")) {
        ended(Integer.parseInt(code));
      } else {
        broken(answer.failure());
      }
    } catch (IOException e) {
      broken(e);
    }
  }

  /** Inspects only a failed one: the flag costs a call. */
  private void ended(int code) {
    // Podman may answer 0 for a container that was killed and removed before it looked.
    if (code == 0 && !containers.exists(container)) {
      exit.completeExceptionally(new EngineException(gone()));
      return;
    }
    boolean outOfMemory = false;
    if (code != 0) {
      try {
        outOfMemory = containers.state(container).map(ExitWatch::isOutOfMemory).orElse(false);
      } catch (EngineException ignored) {
        // The exit code is known, and matters more.
      }
    }
    end(new ContainerExit(code, outOfMemory));
  }

  private void end(ContainerExit known) {
    try {
      onEnd.run();
    } finally {
      exit.complete(known);
    }
  }

  /** The request broke, which says nothing about the container. */
  private void broken(IOException cause) throws InterruptedException {
    try {
      Optional<JsonNode> state = closed ? Optional.empty() : containers.state(container);
      if (state.isEmpty()) {
        exit.completeExceptionally(new EngineException(gone(), cause));
      } else if (state.get().path("Running").asBoolean()) {
        Thread.sleep(PAUSE.toMillis());
      } else {
        end(new ContainerExit(state.get().path("ExitCode").asInt(), isOutOfMemory(state.get())));
      }
    } catch (EngineException e) {
      e.addSuppressed(cause);
      exit.completeExceptionally(e);
    }
  }

  private String gone() {
    return engine
        .errors()
        .message(action(), closed ? "it was closed" : "it was removed by somebody else");
  }

  private static boolean isOutOfMemory(JsonNode state) {
    return state.path("OOMKilled").asBoolean();
  }

  /** Gives the request up, and frees whoever waits. */
  @Override
  public void close() {
    closed = true;
    exit.completeExceptionally(new EngineException(gone()));
    Call open = request;
    if (open != null) {
      open.cancel();
    }
  }
}
