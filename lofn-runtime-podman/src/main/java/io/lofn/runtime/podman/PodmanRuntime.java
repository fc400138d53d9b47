package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.http.EngineAnswerException;
import io.lofn.http.FailedCommand;
import io.lofn.http.HttpRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RunningContainer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.RequestBody;

/** Runs containers with a podman service. */
final class PodmanRuntime extends HttpRuntime {

  private static final MediaType JSON = MediaType.get("application/json");

  private final PodmanEngine engine;
  private final Containers containers;
  private final PodmanImages images;
  private final ContainerRequest requests;

  PodmanRuntime(PodmanEngine engine, RegistryCredentials credentials) {
    this(engine, new PodmanImages(engine, credentials));
  }

  private PodmanRuntime(PodmanEngine engine, PodmanImages images) {
    super(engine, images);
    this.engine = engine;
    this.images = images;
    containers = new Containers(engine);
    requests =
        new ContainerRequest(
            engine::cpus, engine::rootless, engine.config().init(), engine.config().cgroupParent());
  }

  @Override
  public List<String> commandLine() {
    // Not with --remote: it does not support --init and --detach-keys for every service.
    return engine.config().ofThisUser() ? List.of("podman") : List.of();
  }

  @Override
  protected String create(String action, ContainerSpec spec) {
    ObjectNode request = requests.of(spec);
    images.unwanted(spec.image()).forEach(request.putArray("unsetenv")::add);
    RequestBody body = RequestBody.create(request.toString(), JSON);
    Answer answer = engine.call(action, engine.libpod("/containers/create").post(body).build());
    return engine.json(action, answer).path("Id").asText();
  }

  @Override
  protected void undoLater(String action, ContainerSpec spec) {
    engine.laterWhenItAnswers(
        action, () -> containers.removeUnconfirmed(spec.name(), spec.settings().labels()));
  }

  @Override
  protected void removeLater(String action, String id) {
    engine.laterWhenItAnswers(action, () -> containers.remove(id));
  }

  @Override
  protected RunningContainer attachAndStart(String id, boolean stdin) {
    PodmanContainer container = PodmanContainer.attach(engine, id, stdin);
    try {
      container.start();
      return container;
    } catch (RuntimeException | Error e) {
      container.closeStreams();
      throw e;
    }
  }

  /** Returns a failed command; without an init process, the refusal is about the command itself. */
  @Override
  protected Optional<RunningContainer> failedCommand(
      String id, boolean stdin, RuntimeException failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EngineAnswerException answer) {
        return FailedCommand.of(id, stdin, PodmanErrors.words(answer.body()));
      }
    }
    return Optional.empty();
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return containers.list(labels);
  }

  @Override
  public void remove(String id) {
    containers.remove(id);
  }
}
