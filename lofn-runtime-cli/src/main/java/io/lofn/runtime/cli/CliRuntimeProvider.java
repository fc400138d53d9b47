package io.lofn.runtime.cli;

import io.lofn.runtime.cli.dialect.Charliecloud;
import io.lofn.runtime.cli.dialect.CliDialect;
import io.lofn.runtime.cli.dialect.DialectFile;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.engine.CliEngine;
import io.lofn.runtime.cli.engine.CliRuntime;
import io.lofn.runtime.cli.engine.EngineFinder;
import io.lofn.runtime.cli.image.ImageStore;
import io.lofn.runtime.cli.image.TrustedPath;
import io.lofn.runtime.cli.process.NodeUser;
import io.lofn.runtime.cli.process.RunDirectory;
import io.lofn.runtime.cli.runner.ContainerRecords;
import io.lofn.runtime.cli.runner.ProcessCage;
import io.lofn.runtime.cli.runner.RunnerRuntime;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs containers through the command of an engine, {@code docker}, {@code podman} or {@code
 * nerdctl}, or through a program that needs no engine, {@code ch-run}, {@code apptainer} or {@code
 * singularity}, with the setup of the user of this process: address, credentials and configuration
 * files. A dialect describes the command-line options of a program; a file can define one.
 *
 * <p>Docker, podman and charliecloud's {@code ch-run} are tested with the real programs; nerdctl,
 * apptainer and singularity have not been run.
 *
 * <p>No value of a tool's environment is put into a command line. A variable that the command
 * itself would read, such as {@code PATH} or {@code DOCKER_HOST}, is passed in a file. Such a file
 * cannot hold line breaks and quotes; a value with these is refused.
 *
 * <p>A command line carries standard output and standard error of a tool over one connection.
 * Output that is not read is buffered on disk, up to 16 MiB; then it blocks the other stream.
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
        "program to call, a name on the PATH or an absolute path; by default the first of docker"
            + " and podman whose engine answers",
        EngineFinder.DIALECT,
        "dialect of that program: docker, podman, nerdctl, charliecloud, apptainer or singularity;"
            + " by default it is detected",
        DialectFile.SETTING,
        "properties file of this node that describes the dialect of that program",
        TrustedPath.SETTING,
        "directory of images, for programs without an engine; by default the one of ch-image",
        ContainerRecords.SETTING,
        "directory of the records of containers, for programs without an engine; by default one of"
            + " the user in /var/tmp");
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
    EngineFinder finder = finder(config);
    CliEngine engine = finder.find();
    return engine.dialect().isRunner() ? runner(config, finder, engine) : new CliRuntime(engine);
  }

  private static ContainerRuntime runner(
      RuntimeConfig config, EngineFinder finder, CliEngine engine) {
    Path images =
        absolute(
            config
                .property(TrustedPath.SETTING)
                .orElseGet(() -> Charliecloud.images(NodeUser.name())));
    Path state =
        absolute(
            config
                .property(ContainerRecords.SETTING)
                .orElseGet(() -> "/var/tmp/lofn-containers-" + NodeUser.numbers().uid()));
    return new RunnerRuntime(
        engine.program(),
        engine.info(),
        new ImageStore(images, pull(finder, engine.dialect(), images)),
        ContainerRecords.in(state),
        engine.dialect().has(DialectOption.PROCESS_ISOLATION)
            ? Optional.empty()
            : ProcessCage.find(finder::workingProgram),
        finder.workingProgram("prlimit"),
        config.callTimeout());
  }

  private static Path absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize();
  }

  /**
   * Returns the command that pulls an image; empty if its program is not on this node or stores
   * images elsewhere.
   */
  private static Optional<List<String>> pull(EngineFinder finder, CliDialect dialect, Path images) {
    Path parent = images.getParent();
    boolean isStore = parent != null && images.endsWith("img");
    return dialect
        .say(DialectOption.PULL, Map.of("{store}", isStore ? parent.toString() : ""))
        .filter(argv -> isStore || argv.stream().noneMatch(each -> each.startsWith("--storage=")))
        .flatMap(
            argv ->
                finder
                    .workingProgram(argv.get(0))
                    .map(
                        program ->
                            Stream.concat(Stream.of(program.toString()), argv.stream().skip(1))
                                .toList()));
  }

  private static EngineFinder finder(RuntimeConfig config) {
    String searchPath = System.getenv("PATH");
    return new EngineFinder(config, searchPath == null ? "" : searchPath);
  }
}
