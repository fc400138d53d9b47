package io.lofn.core.warm;

import io.lofn.api.ContainerSettings;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.Mount;
import java.util.List;

/**
 * What runs must have in common to share one container.
 *
 * @param runtime the runtime that runs it
 * @param image the immutable name of the image
 * @param exchangePath the path of the exchange in the container
 * @param ownTmp whether {@code /tmp} lies beside it
 * @param volumes the mounts of the tool's volumes
 * @param settings the container's settings, without those that differ between runs
 */
public record ReuseKey(
    ContainerRuntime runtime,
    String image,
    String exchangePath,
    boolean ownTmp,
    List<Mount> volumes,
    ContainerSettings settings) {

  /** Returns the key of a run with these container settings. */
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

  /**
   * Returns a directory of the container that is empty before its first run, and on the node's
   * disk.
   */
  String scratch() {
    return ownTmp ? Exchange.TMP : exchangePath;
  }

  /** Makes the image's files read-only: the next run would find what one run wrote there. */
  static ContainerSettings shared(ContainerSettings settings) {
    return settings.toBuilder()
        .withoutLabels(TaskIdentity.RUN_LABELS)
        .withoutEnvironment(TaskIdentity.RUN_VARIABLES)
        .readOnlyRoot(true)
        .build();
  }
}
