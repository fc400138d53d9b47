package io.lofn.spark;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose a container is: the labels that say so, and the user it runs as. */
final class ContainerOwnership {

  /** Marks every container of lofn; its value is the version. */
  static final String MARK = "io.lofn";

  private static final Logger LOG = LoggerFactory.getLogger(ContainerOwnership.class);

  private final Owner owner;
  private final Optional<String> user = executorUser();

  @Inject
  ContainerOwnership(Owner owner) {
    this.owner = owner;
  }

  /** Labels by which a container is found and its owner is told. */
  Map<String, String> labels(TaskIdentity task) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MARK, Version.current());
    labels.putAll(task.labels());
    labels.putAll(owner.labels());
    return labels;
  }

  /** The executor's own user and group, {@code uid:gid}; empty where the system does not tell. */
  Optional<String> user() {
    return user;
  }

  private static Optional<String> executorUser() {
    try {
      Path self = Path.of("/proc/self");
      return Optional.of(
          Files.getAttribute(self, "unix:uid") + ":" + Files.getAttribute(self, "unix:gid"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      LOG.warn("Cannot tell the executor's user id; tools run as the user of their image", e);
      return Optional.empty();
    }
  }
}
