package io.lofn.spi;

import java.util.Map;

/**
 * A container as an engine lists it. An image can bring labels along, but not the container's name:
 * lofn takes a container for its own only if both agree.
 *
 * @param id the engine's id
 * @param name its name, as the spec had it; empty if the engine tells none
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
