package io.lofn.spi;

import java.util.Map;

/**
 * A container in an engine's list. An image can have labels, but cannot choose the container's
 * name: lofn regards a container as its own only if both match.
 *
 * @param id the engine's id
 * @param name its name, from the spec; empty if the engine does not report it
 * @param labels all its labels
 * @param running whether its process runs
 */
public record ContainerSummary(
    String id, String name, Map<String, String> labels, boolean running) {

  /**
   * Copies the labels.
   *
   * @param id the engine's id
   * @param name its name
   * @param labels all its labels
   * @param running whether its process runs
   */
  public ContainerSummary {
    labels = Map.copyOf(labels);
  }
}
