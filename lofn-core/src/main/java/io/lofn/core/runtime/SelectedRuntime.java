package io.lofn.core.runtime;

import io.lofn.spi.ContainerRuntime;

/**
 * The runtime that serves a node, with the name by which it was chosen.
 *
 * @param name the provider's name
 * @param runtime the runtime
 */
public record SelectedRuntime(String name, ContainerRuntime runtime) {

  @Override
  public String toString() {
    return name + ", " + runtime.engine();
  }
}
