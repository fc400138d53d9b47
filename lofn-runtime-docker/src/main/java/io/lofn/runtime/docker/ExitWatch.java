package io.lofn.runtime.docker;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.WaitResponse;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Learns the end of a container by one request that the engine answers when it has come. */
final class ExitWatch implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DockerEngine engine;
  private final String container;
  private final Runnable onEnd;
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private volatile @Nullable Closeable request;
  private volatile boolean closed;

  /** The action is done as soon as the end is known. */
  ExitWatch(DockerEngine engine, String container, Runnable onEnd) {
    this.engine = engine;
    this.container = container;
    this.onEnd = onEnd;
  }

  /** Asks. Called once, when the container has been started. */
  void start() {
    EngineClients clients = engine.enter();
    Answer answer = new Answer(clients);
    boolean asked = false;
    try {
      clients.streams().waitContainerCmd(container).exec(answer);
      asked = true;
    } finally {
      if (!asked) {
        answer.leave();
      }
    }
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

  /** Waits until it is known here what the engine knows already. Interrupts do not matter. */
  void settle(Duration atMost) {
    try {
      DeadlineCalls.join(exit, atMost);
    } catch (TimeoutException | ExecutionException ignored) {
      // Whoever waits for the end will be told.
    }
  }

  private String action() {
    return "wait for container " + container;
  }

  /** Inspects only a failed one: the flag costs a call. */
  private void ended(int code) {
    boolean outOfMemory = false;
    if (code != 0) {
      try {
        outOfMemory = inspect().map(ExitWatch::isOutOfMemory).orElse(false);
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

  /** Whatever becomes of a step, whoever waits for the end is told. */
  private void orFail(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    exit.completeExceptionally(engine.errors().of(action(), failure));
  }

  /** The request broke, which says nothing about the container. */
  private void broken(Throwable cause) {
    try {
      Optional<ContainerState> state = closed ? Optional.empty() : inspect();
      if (state.isEmpty()) {
        exit.completeExceptionally(new EngineException(gone(), cause));
      } else if (Boolean.TRUE.equals(state.get().getRunning())) {
        Thread.sleep(PAUSE.toMillis());
        start();
      } else {
        int code = Objects.requireNonNullElse(state.get().getExitCodeLong(), 0L).intValue();
        end(new ContainerExit(code, isOutOfMemory(state.get())));
      }
    } catch (RuntimeException | Error e) {
      e.addSuppressed(cause);
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(cause);
    }
  }

  private String gone() {
    return engine
        .errors()
        .message(action(), closed ? "it was closed" : "it was removed by somebody else");
  }

  private Optional<ContainerState> inspect() {
    return engine.call(
        "inspect container " + container,
        client -> {
          try {
            return Optional.of(client.inspectContainerCmd(container).exec().getState());
          } catch (NotFoundException e) {
            return Optional.empty();
          }
        });
  }

  private static boolean isOutOfMemory(ContainerState state) {
    return Boolean.TRUE.equals(state.getOOMKilled());
  }

  /** Gives the request up, and frees whoever waits. */
  @Override
  public void close() {
    closed = true;
    exit.completeExceptionally(new EngineException(gone()));
    Closeable open = request;
    if (open != null) {
      closeQuietly(open);
    }
  }

  private static void closeQuietly(Closeable open) {
    try {
      open.close();
    } catch (IOException | RuntimeException ignored) {
      // It is of no use any more.
    }
  }

  /** Called by a thread of docker-java. */
  private final class Answer implements ResultCallback<WaitResponse> {

    private final EngineClients clients;
    private final AtomicBoolean left = new AtomicBoolean();
    private boolean known;

    Answer(EngineClients clients) {
      this.clients = clients;
    }

    /** The request is over. */
    void leave() {
      if (left.compareAndSet(false, true)) {
        clients.leave();
      }
    }

    @Override
    public void onStart(Closeable stream) {
      // docker-java reports no Error of its thread, and an executor would end by one.
      Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> onError(error));
      request = stream;
      if (closed) {
        closeQuietly(stream);
      }
    }

    @Override
    public void onNext(WaitResponse response) {
      if (!known && response.getStatusCode() != null) {
        known = true;
        orFail(() -> ended(response.getStatusCode()));
      }
    }

    @Override
    public void onError(Throwable failure) {
      try {
        if (!known) {
          known = true;
          orFail(() -> engine.renewAfter(failure, clients));
          broken(failure);
        }
      } finally {
        leave();
      }
    }

    @Override
    public void onComplete() {
      onError(new IOException("the engine ended the request without an answer"));
    }

    @Override
    public void close() {}
  }
}
