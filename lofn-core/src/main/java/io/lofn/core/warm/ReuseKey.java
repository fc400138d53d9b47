package io.lofn.core.warm;

import io.lofn.api.ContainerSettings;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.Mount;
import java.util.List;

/**
 * What runs must have in common to be served by one container.
 *
 * @param runtime what runs it
 * @param image the immutable name of the image
 * @param exchangePath where the tool sees the exchange
 * @param ownTmp whether {@code /tmp} lies beside it
 * @param volumes the mounts of the tool's own
 * @param settings the container's settings, without what tells one run from another
 */
public record ReuseKey(
    ContainerRuntime runtime,
    String image,
    String exchangePath,
    boolean ownTmp,
    List<Mount> volumes,
    ContainerSettings settings) {

  /** The shape of a run whose container's settings are these. */
  public static ReuseKey of(
      ContainerRuntime runtime,
      String image,
      String exchangePath,
      boolean ownTmp,
      List<Mount> volumes,
      ContainerSettings settings) {
    return new ReuseKey(
        runtime, image, exchangePath, ownTmp, List.copyOf(volumes), shared(settings));
  }

  /** A directory of the container that is empty before its first run, and on the node's disk. */
  String scratch() {
    return ownTmp ? Exchange.TMP : exchangePath;
  }

  /** The image's files are read-only: what one run wrote there, the next would find. */
  static ContainerSettings shared(ContainerSettings settings) {
    return settings.toBuilder()
        .withoutLabels(TaskIdentity.RUN_LABELS)
        .withoutEnvironment(TaskIdentity.RUN_VARIABLES)
        .readOnlyRoot(true)
        .build();
  }
}
