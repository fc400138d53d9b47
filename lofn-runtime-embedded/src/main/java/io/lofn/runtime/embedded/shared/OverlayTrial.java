package io.lofn.runtime.embedded.shared;

import io.lofn.api.EngineException;
import io.lofn.files.FileUser;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.helper.RunDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tries whether containers can have a directory below their own files: not on every file system.
 */
public final class OverlayTrial {

  private static final String NO_PROGRAM = "/lofn-tries-an-overlay";
  private static final int UPPER = 1 << 20;

  private final HelperProgram.Jar jar;
  private final Path directory;
  private final Duration timeout;
  private final Map<Path, Optional<String>> known = new ConcurrentHashMap<>();

  /**
   * Creates a trial.
   *
   * @param jar where lofn-run is
   * @param directory of all that the runtime keeps on the node
   * @param timeout how long a trial may take
   */
  public OverlayTrial(HelperProgram.Jar jar, Path directory, Duration timeout) {
    this.jar = jar;
    this.directory = directory;
    this.timeout = timeout;
  }

  /**
   * Tries it once, unless no container of the node has an overlay.
   *
   * @param root the root of an image
   * @return why the kernel refuses; empty if it does not
   */
  Optional<String> refusal(Path root) {
    return known.computeIfAbsent(root, this::tried);
  }

  private Optional<String> tried(Path root) {
    try {
      Path own = HelperProgram.privateDirectory(directory);
      Path scratch = HelperProgram.privateDirectory(own.resolve("scratch"));
      HelperProgram program = HelperProgram.unpack(jar, System.getProperty("os.arch"), directory);
      if (!program.check(timeout).overlay()) {
        return Optional.empty();
      }
      byte[] document = document(root, scratch);
      String unused = HelperProgram.unlessBusy(() -> program.run(List.of(), document, timeout));
      return Optional.empty();
    } catch (EngineException e) {
      String said = String.valueOf(e.getMessage());
      // The image has no such program, and lofn-run looks for it when all is mounted.
      return said.contains(NO_PROGRAM)
          ? Optional.empty()
          : Optional.of("no container can be made of it: " + said);
    } catch (IOException e) {
      return Optional.of("it cannot be tried: " + e);
    }
  }

  private byte[] document(Path root, Path scratch) throws IOException {
    FileUser user = FileUser.find();
    return new RunDocument()
        .add("root", root)
        .add("scratch", scratch)
        .add("upper", UPPER)
        .add("parent", ProcessHandle.current().pid())
        .add("ids", user.uid(), user.gid())
        .add("network", "none")
        .add("hostname", "trial")
        .add("cwd", "/")
        .add("stdin", "no")
        .add("arg", NO_PROGRAM)
        .encoded();
  }
}
