package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;
import java.util.Optional;

/**
 * Runs containers through the commands {@code docker} and {@code podman}, as they are set up for
 * the user of this process: address, credentials and configuration files are theirs.
 *
 * <p>No value of a tool's environment is put into a command line. A variable that the command
 * itself would obey, such as {@code PATH} or {@code DOCKER_HOST}, is passed in a file, which cannot
 * hold line breaks and quotes: with such a value it is refused.
 *
 * <p>A command line carries both outputs of a tool over one connection. One that is not read is
 * buffered on disk, up to 16 MiB, and then holds back the other.
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
