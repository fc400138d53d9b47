package io.lofn.runtime.podman;

import io.lofn.http.NodeUser;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The runtime {@code podman}: containers through podman's REST API (libpod). */
public final class PodmanRuntimeProvider implements ContainerRuntimeProvider {

  private static final int PRIORITY = -20;
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

  /** Creates the provider, for {@link java.util.ServiceLoader}; does no work. */
  public PodmanRuntimeProvider() {}

  @Override
  public String name() {
    return "podman";
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Map<String, String> properties() {
    return PodmanConfig.PROPERTIES;
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    try {
      Duration atMost =
          config.callTimeout().compareTo(PROBE_LIMIT) < 0 ? config.callTimeout() : PROBE_LIMIT;
      PodmanEngine.connect(PodmanConfig.of(config.callTimeout(atMost), System.getenv())).close();
      return Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    return new PodmanRuntime(
        PodmanEngine.connect(PodmanConfig.of(config, System.getenv())),
        new RegistryCredentials(System.getenv(), NodeUser.home(System.getenv())));
  }
}
