package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.api.EngineException;
import io.lofn.http.ExitWait;
import io.lofn.spi.ContainerExit;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Future;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;

/** Waits on a thread of the engine's calls. */
final class ExitWatch extends ExitWait {

  private final PodmanEngine engine;
  private final Containers containers;
  private final String container;
  private volatile @Nullable Call request;

  /** Creates the wait; the action runs as soon as the end is known. */
  ExitWatch(PodmanEngine engine, String container, Runnable onEnd) {
    super(engine.errors(), container, onEnd);
    this.engine = engine;
    containers = new Containers(engine);
    this.container = container;
  }

  @Override
  public void start() {
    Future<Boolean> unused = engine.begin(action(), this::watch);
  }

  private boolean watch() {
    try {
      while (!isKnown()) {
        ask();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new EngineException(gone(), e));
    } catch (RuntimeException | Error e) {
      fail(e);
    }
    return true;
  }

  private void ask() throws InterruptedException {
    String path =
        "/containers/" + container + "/wait?condition=stopped&condition=exited&interval=10ms";
    Call call = engine.longCall(engine.libpod(path).post(PodmanEngine.nothing()).build());
    request = call;
    if (isClosed()) {
      call.cancel();
    }
    try {
      Answer answer = PodmanEngine.answer(call);
      String code = answer.body().strip();
      if (answer.status() == 200 && code.matches("\\d{1,5}")) {
        answered(Integer.parseInt(code));
      } else {
        broken(answer.failure());
      }
    } catch (IOException e) {
      broken(e);
    }
  }

  private void answered(int code) {
    // Podman may answer 0 for a container that was killed and removed before podman read its exit
    // code.
    if (code == 0 && !containers.exists(container)) {
      fail(new EngineException(gone()));
    } else {
      ended(code);
    }
  }

  @Override
  protected Optional<State> state() {
    return containers.state(container).map(ExitWatch::state);
  }

  private static State state(JsonNode state) {
    return new State(
        state.path("Running").asBoolean(),
        new ContainerExit(state.path("ExitCode").asInt(), state.path("OOMKilled").asBoolean()));
  }

  @Override
  protected void giveUp() {
    Call open = request;
    if (open != null) {
      open.cancel();
    }
  }
}
