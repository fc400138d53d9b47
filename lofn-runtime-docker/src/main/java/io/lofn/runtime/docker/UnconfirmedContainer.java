package io.lofn.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.lofn.spi.ContainerSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A container whose creation an engine did not confirm in time. The engine may still create it
 * later, with an unknown id.
 */
final class UnconfirmedContainer {

  private static final int LOOKS = 10;
  private static final long PAUSE_SECONDS = 2;

  private final String name;
  private final Map<String, String> labels;
  private final Duration atMost;

  /**
   * @param atMost how long to wait for another removal of it
   */
  UnconfirmedContainer(ContainerSpec spec, Duration atMost) {
    this.atMost = atMost;
    name = spec.name();
    labels = spec.settings().labels();
  }

  /** Looks for it a few times after the engine answers again, and removes it. */
  boolean remove(DockerClient client) {
    try {
      for (int look = 0; look < LOOKS; look++) {
        Optional<String> id = find(client);
        if (id.isPresent()) {
          return DockerContainer.removal(id.get(), atMost).apply(client);
        }
        TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /**
   * Finds the container; one of that name with other labels, or that was started, belongs to
   * another process.
   */
  private Optional<String> find(DockerClient client) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withNameFilter(List.of(name))
        .withStatusFilter(List.of("created"))
        .exec()
        .stream()
        .filter(this::isIt)
        .map(Container::getId)
        .findFirst();
  }

  private boolean isIt(Container container) {
    return container.getNames() != null
        && Arrays.asList(container.getNames()).contains("/" + name)
        && container.getLabels() != null
        && container.getLabels().entrySet().containsAll(labels.entrySet());
  }
}
