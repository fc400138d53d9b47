package io.lofn.runtime.podman;

import io.lofn.api.EngineException;
import io.lofn.http.AttachConnection;
import io.lofn.http.ContainerStreams;
import io.lofn.http.EngineAnswerException;
import io.lofn.http.HttpContainer;
import java.time.Duration;
import java.util.concurrent.Future;

/** A container of podman. Thread-safe. */
final class PodmanContainer extends HttpContainer {

  private final PodmanEngine engine;
  private final Containers containers;

  private PodmanContainer(PodmanEngine engine, String id, ContainerStreams streams) {
    super(engine, id, streams, new ExitWatch(engine, id, streams::abandonInput));
    this.engine = engine;
    containers = new Containers(engine);
  }

  /**
   * Attaches to a created container, which also prepares its start. Each stream has a separate
   * connection: a connection with input breaks when the tool ends before its input, and its unread
   * output would be lost.
   *
   * @throws EngineException whose cause may be an {@link EngineAnswerException}
   */
  static PodmanContainer attach(PodmanEngine engine, String id, boolean stdin) {
    AttachConnection error = engine.attach(id, "stderr");
    AttachConnection output = null;
    try {
      output = engine.attach(id, "stdout");
      AttachConnection input = stdin ? engine.attach(id, "stdin") : null;
      return new PodmanContainer(
          engine, id, new ContainerStreams(input, input != null, output, error));
    } catch (RuntimeException | Error e) {
      error.close();
      if (output != null) {
        output.close();
      }
      throw e;
    }
  }

  /** Starts the process. */
  void start() {
    containers.start(id());
    watch().start();
  }

  @Override
  public void stop(Duration grace) {
    boolean patient = !grace.isZero() && !grace.isNegative();
    if (patient && (!containers.kill(id(), "TERM") || watch().settle(grace))) {
      watch().settle(engine.callTimeout());
      return;
    }
    containers.kill(id(), "KILL");
    watch().settle(engine.callTimeout());
  }

  @Override
  protected Future<Boolean> beginRemoval(String action) {
    return engine.begin(action, () -> containers.remove(id()));
  }
}
