package io.lofn.spi;

import java.util.Map;

/**
 * A container as an engine lists it.
 *
 * @param id the engine's id
 * @param labels all its labels
 * @param running whether its process runs
 */
public record ContainerSummary(String id, Map<String, String> labels, boolean running) {

  /**
   * Copies the labels.
   *
   * @param id the engine's id
   * @param labels all its labels
   * @param running whether its process runs
   */
  public ContainerSummary {
    labels = Map.copyOf(labels);
  }
}
