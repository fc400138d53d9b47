package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;
import java.util.Optional;

/**
 * Runs containers through the commands {@code docker} and {@code podman}, as they are set up for
 * the user of this process: address, credentials and configuration files are theirs.
 */
public final class CliRuntimeProvider implements ContainerRuntimeProvider {

  @Override
  public String name() {
    return "cli";
  }

  @Override
  public int priority() {
    return -30;
  }

  @Override
  public Map<String, String> properties() {
    return Map.of(
        EngineFinder.COMMAND,
        "program to call, a name on the PATH or an absolute path; by default the first of docker and"
            + " podman whose engine answers",
        EngineFinder.DIALECT,
        "how that program is spoken to: docker or podman; by default what it turns out to be");
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    try {
      finder(config).find();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    RunDirectory.deleteOrphans();
    return new CliRuntime(finder(config).find());
  }

  private static EngineFinder finder(RuntimeConfig config) {
    String searchPath = System.getenv("PATH");
    return new EngineFinder(config, searchPath == null ? "" : searchPath);
  }
}
