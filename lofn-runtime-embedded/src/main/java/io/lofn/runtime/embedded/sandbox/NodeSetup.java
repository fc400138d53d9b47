package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.EngineException;
import io.lofn.api.Units;
import io.lofn.files.FileUser;
import io.lofn.files.ForeignFileException;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.helper.NewFiles;
import io.lofn.runtime.embedded.helper.NodeCheck;
import io.lofn.runtime.embedded.helper.RunDocument;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What containers need of this node: directories, the program, and what the kernel allows. */
public final class NodeSetup {

  /** The property that names the directory of images and records. */
  public static final String DIRECTORY = "dir";

  /** The property that limits what a tool may write to the image's files. */
  public static final String UPPER_SIZE = "upperSize";

  private static final String DEFAULT_DIRECTORY = "/var/tmp/lofn-embedded-";
  private static final String DEFAULT_UPPER = "1g";
  private static final List<String> PROBE_DIRECTORIES = List.of("dev", "etc", "proc", "sys", "tmp");
  private static final int ROOT = 0;

  private final Path directory;
  private final FileUser user;
  private final HelperProgram program;
  private final NodeCheck check;
  private final long upperSize;
  private final long mostProcesses;
  private final Duration callTimeout;

  private NodeSetup(
      Path directory,
      FileUser user,
      HelperProgram program,
      NodeCheck check,
      long upperSize,
      long mostProcesses,
      Duration callTimeout) {
    this.directory = directory;
    this.user = user;
    this.program = program;
    this.check = check;
    this.upperSize = upperSize;
    this.mostProcesses = mostProcesses;
    this.callTimeout = callTimeout;
  }

  /**
   * Unpacks the program, and asks it whether containers can be run here.
   *
   * @param config the runtime's configuration
   * @param jar where the program is
   * @return the setup
   * @throws EngineException if no containers can be run; says why and what to do
   */
  public static NodeSetup open(RuntimeConfig config, HelperProgram.Jar jar) {
    long upperSize = upperSize(config);
    try {
      FileUser user = FileUser.find();
      Path directory = directory(config, user);
      HelperProgram program = HelperProgram.unpack(jar, System.getProperty("os.arch"), directory);
      NodeCheck check = program.check(config.callTimeout());
      check
          .obstacle(program.path().toString())
          .ifPresent(
              reason -> {
                throw new EngineException(reason);
              });
      return new NodeSetup(
          directory,
          user,
          program,
          check,
          upperSize,
          ProcessLimits.hardLimitOfProcesses(),
          config.callTimeout());
    } catch (IOException e) {
      throw new EngineException("This process's own user is not known: " + e, e);
    }
  }

  private static long upperSize(RuntimeConfig config) {
    String size = config.property(UPPER_SIZE).orElse(DEFAULT_UPPER);
    try {
      return Units.size(size);
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          "spark.lofn.embedded.%s is '%s': %s".formatted(UPPER_SIZE, size, e.getMessage()), e);
    }
  }

  private static Path directory(RuntimeConfig config, FileUser user) {
    Path path =
        Path.of(config.property(DIRECTORY).orElseGet(() -> DEFAULT_DIRECTORY + user.uid()))
            .toAbsolutePath()
            .normalize();
    try {
      Files.createDirectories(path.getParent());
      HelperProgram.privateDirectory(path);
      HelperProgram.privateDirectory(path.resolve("scratch"));
      return path.toRealPath();
    } catch (ForeignFileException | FileAlreadyExistsException e) {
      throw unusable(path, e.getMessage(), e);
    } catch (IOException e) {
      throw unusable(path, e.toString(), e);
    }
  }

  private static EngineException unusable(Path path, String reason, IOException cause) {
    return new EngineException(
        "%s cannot be used for images and records of containers: %s; set spark.lofn.embedded.%s to a directory of this user on a disk of the node"
            .formatted(path, reason, DIRECTORY),
        cause);
  }

  /**
   * Runs a container whose only file is the program itself.
   *
   * @param cgroups control groups that it joins
   * @throws EngineException if it fails
   */
  public void probe(List<Path> cgroups) {
    RunDocument document = new RunDocument().add("root", probeRoot()).add("scratch", scratch());
    if (hasOverlay()) {
      document.add("upper", 1 << 20);
    }
    document
        .add("parent", ProcessHandle.current().pid())
        .add("ids", user.uid(), user.gid())
        .add("network", "none")
        .add("hostname", "probe")
        .add("cwd", "/")
        .add("stdin", "no")
        .add("arg", "/lofn-run")
        .add("arg", "--version");
    cgroups.forEach(each -> document.add("cgroup", each));
    byte[] encoded = document.encoded();
    String said = HelperProgram.unlessBusy(() -> program.run(List.of(), encoded, callTimeout));
    if (!said.startsWith("lofn-run ")) {
      throw new EngineException("A container on this node wrote '%s'".formatted(said.strip()));
    }
  }

  private Path probeRoot() {
    Path root = directory.resolve("probe");
    try {
      HelperProgram.privateDirectory(root);
      NewFiles.removeLeftovers(root);
      for (String each : PROBE_DIRECTORIES) {
        Files.createDirectories(root.resolve(each));
      }
      Path copy = root.resolve("lofn-run");
      if (!Files.isExecutable(copy) || Files.mismatch(program.path(), copy) >= 0) {
        NewFiles.put(copy, empty -> Files.write(empty, Files.readAllBytes(program.path())));
      }
      return root;
    } catch (IOException e) {
      throw unusable(directory, e.toString(), e);
    }
  }

  /**
   * Returns the directory of all that is kept on the node.
   *
   * @return the directory, of this user only
   */
  public Path directory() {
    return directory;
  }

  Path scratch() {
    return directory.resolve("scratch");
  }

  HelperProgram program() {
    return program;
  }

  Duration callTimeout() {
    return callTimeout;
  }

  boolean hasOverlay() {
    return check.overlay();
  }

  boolean mountsBelowVolumes() {
    return check.mountsBelowVolumes();
  }

  long upperSize() {
    return upperSize;
  }

  long mostProcesses() {
    return mostProcesses;
  }

  /** A limit of a user's processes counts only the container's where it has a user namespace. */
  boolean canLimitProcessesByUser() {
    return user.uid() != ROOT && check.countsProcessesOfNamespace();
  }

  @Override
  public String toString() {
    return "lofn-run (%s) as user %d:%d on Linux %s"
        .formatted(program.path(), user.uid(), user.gid(), check.kernel());
  }
}
