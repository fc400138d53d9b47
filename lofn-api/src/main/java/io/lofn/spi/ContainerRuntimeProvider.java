package io.lofn.spi;

import java.util.Map;
import java.util.Optional;

/**
 * Creates a {@link ContainerRuntime}. Found by {@link java.util.ServiceLoader}: a public class with
 * a public constructor without parameters, which does no work.
 */
public interface ContainerRuntimeProvider {

  /** The priority of a runtime that is used only if it is configured by name. */
  int NAMED_ONLY = Integer.MIN_VALUE;

  /**
   * Returns the name by which {@code spark.lofn.runtime} selects it.
   *
   * @return lower-case letters, digits and dashes, starting with a letter; unique among providers
   */
  String name();

  /**
   * Returns the priority: of the usable runtimes, {@code auto} selects the one with the greatest
   * number. Those of lofn itself are negative, so that an added one wins.
   *
   * @return the priority; 0 unless overridden
   */
  default int priority() {
    return 0;
  }

  /**
   * Returns the configuration keys of this runtime, without their prefix {@code
   * spark.lofn.<name>.}. Other keys under that prefix are refused as misspelt.
   *
   * @return key to a short description; none unless overridden
   */
  default Map<String, String> properties() {
    return Map.of();
  }

  /**
   * Returns why the runtime cannot be used on this node now. Changes nothing; returns within the
   * configuration's {@link RuntimeConfig#callTimeout()}; never throws.
   *
   * @param config the runtime's configuration
   * @return empty if it can be used, otherwise the reason and what to do
   */
  Optional<String> unavailableReason(RuntimeConfig config);

  /**
   * Creates the runtime. Called if {@link #unavailableReason} is empty, once per executor JVM.
   *
   * @param config the runtime's configuration
   * @return the runtime
   * @throws io.lofn.api.EngineException if the engine cannot be reached after all
   */
  ContainerRuntime create(RuntimeConfig config);
}
