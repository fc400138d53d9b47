package io.lofn.spark;

import io.lofn.api.LofnException;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose a container is: the labels that say so, and the user it runs as. */
final class ContainerOwnership {

  /** Marks every container of lofn; its value is the version. */
  static final String MARK = "io.lofn";

  /** Which of an executor's lofns made a container: there is one for each configuration. */
  private static final String MAKER = "io.lofn.maker";

  /** Which start of a container it was: the container's name. */
  static final String RUN = "io.lofn.run";

  private static final Logger LOG = LoggerFactory.getLogger(ContainerOwnership.class);

  private final Owner owner;
  private final String maker = UUID.randomUUID().toString();
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
    labels.put(MAKER, maker);
    return labels;
  }

  /** The name of a container that this lofn made; empty if another one did. */
  Optional<String> nameOfOwn(Map<String, String> labels) {
    return maker.equals(labels.get(MAKER))
        ? Optional.ofNullable(labels.get(RUN))
        : Optional.empty();
  }

  /** The executor's own user and group, {@code uid:gid}; empty where the system does not tell. */
  Optional<String> user() {
    return user;
  }

  private static Optional<String> executorUser() {
    try {
      return Optional.of(ProcessUser.current().toString());
    } catch (LofnException e) {
      LOG.warn("Cannot tell the executor's user id; tools run as the user of their image", e);
      return Optional.empty();
    }
  }
}
