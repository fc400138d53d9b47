package io.lofn.runtime.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.model.Container;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs containers on a Docker engine. */
final class DockerRuntime implements ContainerRuntime {

  private final DockerEngine engine;
  private final DockerImages images;
  private final ContainerRequest requests;

  DockerRuntime(DockerEngine engine, DockerImages images, ContainerRequest requests) {
    this.engine = engine;
    this.images = images;
    this.requests = requests;
  }

  @Override
  public String engine() {
    return engine.toString();
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    String id = create(spec);
    DockerContainer container;
    try {
      container = DockerContainer.attach(engine, id, spec.stdin());
    } catch (RuntimeException e) {
      throw removing(id, e);
    }
    Optional<BadRequestException> refusal;
    try {
      refusal = container.start();
      if (refusal.isEmpty()) {
        return container;
      }
    } catch (RuntimeException e) {
      throw closing(container, e);
    }
    container.close();
    BadRequestException cause = refusal.get();
    return FailedCommand.of(id, spec.stdin(), DockerErrors.text(cause))
        .orElseThrow(() -> engine.errors().of("start container " + id, cause));
  }

  private String create(ContainerSpec spec) {
    return engine.call(
        "create container " + spec.name(),
        client -> {
          CreateContainerCmd request = requests.fill(client.createContainerCmd(spec.image()), spec);
          return request.exec().getId();
        });
  }

  private RuntimeException removing(String id, RuntimeException failure) {
    try {
      remove(id);
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private static RuntimeException closing(DockerContainer container, RuntimeException failure) {
    try {
      container.close();
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return engine.call(
        "list containers",
        client ->
            client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
                .map(DockerRuntime::summary)
                .toList());
  }

  private static ContainerSummary summary(Container container) {
    Map<String, String> labels = container.getLabels();
    String state = container.getState();
    return new ContainerSummary(
        container.getId(),
        labels == null ? Map.of() : labels,
        state != null && List.of("running", "paused", "restarting").contains(state));
  }

  @Override
  public void remove(String id) {
    engine.call("remove container " + id, DockerContainer.removal(id));
  }

  @Override
  public void close() {
    engine.close();
  }
}
