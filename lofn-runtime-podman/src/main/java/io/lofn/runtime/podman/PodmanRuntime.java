package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.api.EngineException;
import io.lofn.spi.Ability;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.MediaType;
import okhttp3.RequestBody;

/** Runs containers by a podman service. */
final class PodmanRuntime implements ContainerRuntime, ImageDigests, ImageArchives {

  private static final MediaType JSON = MediaType.get("application/json");

  private final PodmanEngine engine;
  private final Containers containers;
  private final PodmanImages images;
  private final ContainerRequest requests;

  PodmanRuntime(PodmanEngine engine, RegistryCredentials credentials) {
    this.engine = engine;
    containers = new Containers(engine);
    images = new PodmanImages(engine, credentials);
    requests =
        new ContainerRequest(
            engine::cpus, engine::rootless, engine.config().init(), engine.config().cgroupParent());
  }

  @Override
  public String engine() {
    return engine.toString();
  }

  @Override
  public Set<Ability> lacks() {
    return engine.lacks();
  }

  @Override
  public List<String> commandLine() {
    // Not by --remote: it knows neither --init nor --detach-keys of every service.
    return engine.config().ofThisUser() ? List.of("podman") : List.of();
  }

  @Override
  public Optional<String> digest(ImageRequest request) {
    return images.digest(request);
  }

  @Override
  public void load(Path archive, Duration timeout) {
    images.load(archive, timeout);
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    String id = create(spec);
    try {
      return attachAndStart(id, spec.stdin());
    } catch (Error e) {
      removeAfter(e, id);
      throw e;
    } catch (RuntimeException e) {
      Optional<RunningContainer> failed = failedCommand(id, spec.stdin(), e);
      removeAfter(e, id);
      return failed.orElseThrow(() -> e);
    }
  }

  private String create(ContainerSpec spec) {
    String action = "create container " + spec.name();
    ObjectNode request = requests.of(spec);
    images.unwanted(spec.image()).forEach(request.putArray("unsetenv")::add);
    RequestBody body = RequestBody.create(request.toString(), JSON);
    try {
      Answer answer = engine.call(action, engine.libpod("/containers/create").post(body).build());
      return engine.json(action, answer).path("Id").asText();
    } catch (EngineException e) {
      if (PodmanErrors.isNoAnswer(e)) {
        engine.later(
            "undo: " + action,
            () -> containers.removeUnconfirmed(spec.name(), spec.settings().labels()));
      }
      throw e;
    }
  }

  private RunningContainer attachAndStart(String id, boolean stdin) {
    PodmanContainer container =
        new PodmanContainer(engine, id, ContainerStreams.attach(engine, id, stdin));
    try {
      container.start();
      return container;
    } catch (RuntimeException | Error e) {
      container.closeStreams();
      throw e;
    }
  }

  /** Without an init that starts, the refusal is about the command itself. */
  private static Optional<RunningContainer> failedCommand(
      String id, boolean stdin, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EngineAnswerException answer) {
        return FailedCommand.of(id, stdin, PodmanErrors.text(answer.body()));
      }
    }
    return Optional.empty();
  }

  /**
   * A service that did not answer is not waited for again; it removes the container when it can.
   */
  private void removeAfter(Throwable failure, String id) {
    try {
      if (PodmanErrors.isNoAnswer(failure)) {
        engine.later("remove container " + id, () -> containers.remove(id));
      } else {
        remove(id);
      }
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return containers.list(labels);
  }

  @Override
  public void remove(String id) {
    containers.remove(id);
  }

  @Override
  public void close() {
    engine.close();
  }
}
