package io.lofn.runtime.cli.dialect;

import io.lofn.spi.RuntimeFeature;
import java.util.Set;

/**
 * The description of an engine.
 *
 * @param dialect its dialect
 * @param description such as {@code docker CLI 28.1 with engine 20.10.24}
 * @param cpus its processors
 * @param rootless whether it runs without being root
 * @param missing the features that this node does not support
 */
public record EngineInfo(
    CliDialect dialect,
    String description,
    int cpus,
    boolean rootless,
    Set<RuntimeFeature> missing) {

  public EngineInfo {
    missing = Set.copyOf(missing);
  }

  static int atLeastOne(int cpus) {
    return cpus > 0 ? cpus : Runtime.getRuntime().availableProcessors();
  }

  /** Returns the features that the dialect or this node does not support. */
  public Set<RuntimeFeature> unsupportedFeatures() {
    Set<RuntimeFeature> unsupported = dialect.unsupportedFeatures();
    unsupported.addAll(missing);
    if (unsupported.contains(RuntimeFeature.MEMORY)) {
      unsupported.add(RuntimeFeature.OUT_OF_MEMORY_DETECTION);
    }
    return unsupported;
  }

  public EngineInfo spokenToIn(CliDialect other) {
    return new EngineInfo(other, description, cpus, rootless, missing);
  }
}
