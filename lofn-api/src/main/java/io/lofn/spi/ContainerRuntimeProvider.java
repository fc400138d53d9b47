package io.lofn.spi;

import java.util.Map;
import java.util.Optional;

/**
 * Makes a {@link ContainerRuntime}. Found by {@link java.util.ServiceLoader}: a public class with a
 * public constructor without parameters, which does no work.
 */
public interface ContainerRuntimeProvider {

  /** The priority of a runtime that is used only where it is asked for by name. */
  int NAMED_ONLY = Integer.MIN_VALUE;

  /**
   * The name that {@code spark.lofn.runtime} selects it by.
   *
   * @return lower-case letters, digits and dashes, starting with a letter; unique among providers
   */
  String name();

  /**
   * Which usable runtime {@code auto} prefers: the one with the greatest number. Those of lofn
   * itself are negative, so that an added one wins.
   *
   * @return the priority; 0 unless overridden
   */
  default int priority() {
    return 0;
  }

  /**
   * The configuration keys of this runtime, without their prefix {@code spark.lofn.<name>.}. Others
   * under that prefix are refused as misspelt.
   *
   * @return key to its meaning in a few words; none unless overridden
   */
  default Map<String, String> properties() {
    return Map.of();
  }

  /**
   * Whether the runtime can be used on this node now. Looks, and changes nothing; answers within
   * the configuration's {@link RuntimeConfig#callTimeout()}; never throws.
   *
   * @param config the runtime's configuration
   * @return empty if it can be used, else why not and what to do
   */
  Optional<String> unavailableReason(RuntimeConfig config);

  /**
   * Makes the runtime. Called where {@link #unavailableReason} is empty, once per executor JVM.
   *
   * @param config the runtime's configuration
   * @return the runtime
   * @throws io.lofn.api.EngineException if the engine cannot be reached after all
   */
  ContainerRuntime create(RuntimeConfig config);
}
