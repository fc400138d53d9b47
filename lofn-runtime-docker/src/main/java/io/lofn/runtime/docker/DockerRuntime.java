package io.lofn.runtime.docker;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.model.Container;
import io.lofn.http.FailedCommand;
import io.lofn.http.HttpRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Runs containers on a Docker engine. */
final class DockerRuntime extends HttpRuntime {

  private final DockerEngine engine;
  private final ContainerRequest requests;

  DockerRuntime(
      DockerEngine engine, RegistryCredentials credentials, Optional<String> cgroupParent) {
    super(engine, new DockerImages(engine, credentials));
    this.engine = engine;
    requests = new ContainerRequest(engine::cpus, engine::closesSubmounts, cgroupParent);
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    Set<RuntimeFeature> unsupported =
        EnumSet.of(RuntimeFeature.LOCALHOST); // ContainerRequest disables its network.
    unsupported.addAll(super.unsupportedFeatures());
    return unsupported;
  }

  @Override
  public List<String> commandLine() {
    return List.of("docker", "--host=" + engine.address().host());
  }

  @Override
  protected String create(String action, ContainerSpec spec) {
    return engine.create(
        action, spec.image(), request -> requests.fill(request, spec).exec().getId());
  }

  @Override
  protected void undoLater(String action, ContainerSpec spec) {
    engine.callLater(action, new UnconfirmedContainer(spec, engine.callTimeout())::remove);
  }

  @Override
  protected RunningContainer attachAndStart(String id, boolean stdin) {
    DockerContainer container = DockerContainer.attach(engine, id, stdin);
    try {
      Optional<BadRequestException> refusal = container.start();
      if (refusal.isEmpty()) {
        return container;
      }
      RunningContainer failed =
          FailedCommand.of(id, stdin, DockerErrors.words(refusal.get()))
              .orElseThrow(() -> engine.errors().of("start container " + id, refusal.get()));
      container.close();
      return failed;
    } catch (RuntimeException | Error e) {
      container.closeStreams();
      throw e;
    }
  }

  @Override
  protected void removeLater(String action, String id) {
    engine.callLater(action, DockerContainer.removal(id, engine.callTimeout()));
  }

  /**
   * Lists containers. Compares the labels again, since for some engines an empty value matches any.
   */
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

  /** Returns its name. Names from links contain another container's name, and are skipped. */
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
}
