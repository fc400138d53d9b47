package io.lofn.runtime.docker;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.model.Container;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Runs containers on a Docker engine. */
final class DockerRuntime implements ContainerRuntime, ImageDigests, ImageArchives {

  private final DockerEngine engine;
  private final DockerImages images;
  private final DockerDigests digests;
  private final DockerArchives archives;
  private final ContainerRequest requests;

  DockerRuntime(
      DockerEngine engine, RegistryCredentials credentials, Optional<String> cgroupParent) {
    this.engine = engine;
    images = new DockerImages(engine, credentials);
    digests = new DockerDigests(engine, credentials);
    archives = new DockerArchives(engine);
    requests = new ContainerRequest(engine::cpus, engine::closesSubmounts, cgroupParent);
  }

  @Override
  public String engine() {
    return engine.toString();
  }

  @Override
  public Set<Ability> lacks() {
    Set<Ability> lacks = EnumSet.of(Ability.LOCALHOST); // Its network is disabled, see there.
    lacks.addAll(engine.lacks());
    return lacks;
  }

  @Override
  public List<String> commandLine() {
    return List.of("docker", "--host=" + engine.address().host());
  }

  @Override
  public Optional<String> digest(ImageRequest request) {
    return digests.digest(request);
  }

  @Override
  public void load(Path archive, Duration timeout) {
    archives.load(archive, timeout);
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
    } catch (RuntimeException | Error e) {
      removeAfter(e, id);
      throw e;
    }
  }

  private String create(ContainerSpec spec) {
    String action = "create container " + spec.name();
    try {
      return engine.create(
          action, spec.image(), request -> requests.fill(request, spec).exec().getId());
    } catch (EngineException e) {
      if (DockerErrors.isNoAnswer(e)) {
        engine.callLater(
            "undo: " + action, new UnconfirmedContainer(spec, engine.callTimeout())::remove);
      }
      throw e;
    }
  }

  private RunningContainer attachAndStart(String id, boolean stdin) {
    DockerContainer container = DockerContainer.attach(engine, id, stdin);
    try {
      Optional<BadRequestException> refusal = container.start();
      if (refusal.isEmpty()) {
        return container;
      }
      RunningContainer failed =
          FailedCommand.of(id, stdin, DockerErrors.text(refusal.get()))
              .orElseThrow(() -> engine.errors().of("start container " + id, refusal.get()));
      container.close();
      return failed;
    } catch (RuntimeException | Error e) {
      container.closeStreams();
      throw e;
    }
  }

  /**
   * An engine that did not answer is not waited for again; it removes the container when it can.
   */
  private void removeAfter(Throwable failure, String id) {
    try {
      if (DockerErrors.isNoAnswer(failure)) {
        engine.callLater(
            "remove container " + id, DockerContainer.removal(id, engine.callTimeout()));
      } else {
        remove(id);
      }
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
  }

  /** Looks at the labels again: to some engines an empty value means any. */
  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return engine.call(
        "list containers",
        client ->
            client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
                .map(DockerRuntime::summary)
                .filter(found -> found.labels().entrySet().containsAll(labels.entrySet()))
                .toList());
  }

  /** Of its names, those that links give it have another container's before them. */
  private static String name(String[] names) {
    return Stream.of(names == null ? new String[0] : names)
        .filter(name -> name.lastIndexOf('/') == 0)
        .map(name -> name.substring(1))
        .findFirst()
        .orElse("");
  }

  private static ContainerSummary summary(Container container) {
    Map<String, String> labels = container.getLabels();
    String state = container.getState();
    return new ContainerSummary(
        container.getId(),
        name(container.getNames()),
        labels == null ? Map.of() : labels,
        state != null && List.of("running", "paused", "restarting").contains(state));
  }

  @Override
  public void remove(String id) {
    engine.call("remove container " + id, DockerContainer.removal(id, engine.callTimeout()));
  }

  @Override
  public void close() {
    engine.close();
  }
}
