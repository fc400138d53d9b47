package io.lofn.runtime.docker;

import io.lofn.http.NodeUser;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;
import java.util.Optional;

/** The runtime {@code docker}: containers through the Docker Engine API. */
public final class DockerRuntimeProvider implements ContainerRuntimeProvider {

  private static final int PRIORITY = -10;

  /** Creates the provider, for {@link java.util.ServiceLoader}; does no work. */
  public DockerRuntimeProvider() {}

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Map<String, String> properties() {
    return DockerConfig.PROPERTIES;
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    try {
      return EngineProbe.unavailableReason(dockerConfig(config));
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    DockerConfig dockerConfig = dockerConfig(config);
    DockerEngine engine = DockerEngine.connect(dockerConfig);
    RegistryCredentials credentials = new RegistryCredentials(dockerConfig.configDirectory());
    return new DockerRuntime(engine, credentials, dockerConfig.cgroupParent());
  }

  private static DockerConfig dockerConfig(RuntimeConfig config) {
    return DockerConfig.of(config, System.getenv(), NodeUser.home(System.getenv()));
  }
}
