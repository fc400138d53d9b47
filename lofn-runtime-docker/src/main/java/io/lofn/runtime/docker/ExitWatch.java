package io.lofn.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.WaitResponse;
import io.lofn.http.ExitWait;
import io.lofn.spi.ContainerExit;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Waits with a request of docker-java. */
final class ExitWatch extends ExitWait {

  private final DockerEngine engine;
  private final String container;
  private volatile @Nullable Closeable request;

  /** Creates the wait; the action runs as soon as the end is known. */
  ExitWatch(DockerEngine engine, String container, Runnable onEnd) {
    super(engine.errors(), container, onEnd);
    this.engine = engine;
    this.container = container;
  }

  @Override
  public void start() {
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

  /** Runs a step; if it fails, threads that wait for the end get the failure. */
  private void orFail(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void askAgainIfItRuns(Throwable cause) {
    try {
      if (broken(cause)) {
        start();
      }
    } catch (RuntimeException | Error e) {
      e.addSuppressed(cause);
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(cause);
    }
  }

  @Override
  protected Optional<State> state() {
    return engine.call(
        "inspect container " + container,
        client -> {
          try {
            return Optional.of(state(client.inspectContainerCmd(container).exec().getState()));
          } catch (NotFoundException e) {
            return Optional.empty();
          }
        });
  }

  /** Docker's daemon hears of the end and of the memory by two events, in any order. */
  @Override
  protected boolean tellsOfMemoryLater() {
    return true;
  }

  private static State state(ContainerState state) {
    int code = Objects.requireNonNullElse(state.getExitCodeLong(), 0L).intValue();
    return new State(
        Boolean.TRUE.equals(state.getRunning()),
        new ContainerExit(code, Boolean.TRUE.equals(state.getOOMKilled())));
  }

  @Override
  protected void giveUp() {
    Closeable open = request;
    if (open != null) {
      closeQuietly(open);
    }
  }

  private static void closeQuietly(Closeable open) {
    try {
      open.close();
    } catch (IOException | RuntimeException ignored) {
      // It is not needed any more.
    }
  }

  /** Receives the answer, on a thread of docker-java. */
  private final class Answer implements ResultCallback<WaitResponse> {

    private final EngineClients clients;
    private final AtomicBoolean left = new AtomicBoolean();
    private boolean known;

    Answer(EngineClients clients) {
      this.clients = clients;
    }

    /** Ends the request. */
    void leave() {
      if (left.compareAndSet(false, true)) {
        clients.leave();
      }
    }

    @Override
    public void onStart(Closeable stream) {
      // docker-java does not report an Error of its thread, and an executor would exit on it.
      Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> onError(error));
      request = stream;
      if (isClosed()) {
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
          askAgainIfItRuns(failure);
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
