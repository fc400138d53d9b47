package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.files.OwnDirectory;
import io.lofn.http.Uninterruptibly;
import io.lofn.image.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The program {@code lofn-run} on this node: unpacked from the jar, and compared with it by its
 * hash. Immutable.
 */
public final class HelperProgram {

  private static final Map<String, String> ARCHITECTURES =
      Map.of("amd64", "x86_64", "x86_64", "x86_64", "aarch64", "aarch64");

  private static final FileAttribute<Set<PosixFilePermission>> OF_THIS_USER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** Enough to tell one build from another. */
  private static final int HASH_IN_NAME = 16;

  private static final String SETTING = "spark.lofn.embedded.dir";

  private static final Pattern BUSY = Pattern.compile("\\berror=26,|\\bETXTBSY\\b");
  private static final int MOST_TRIES = 10;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  private final Path path;

  private HelperProgram(Path path) {
    this.path = path;
  }

  /** Where the programs of the jar come from. */
  @FunctionalInterface
  public interface Jar {

    /**
     * Returns a file of the jar.
     *
     * @param name its name
     * @return its content; empty if the jar has no such file
     * @throws IOException if it cannot be read
     */
    Optional<byte[]> read(String name) throws IOException;
  }

  /**
   * Reads the files beside a class.
   *
   * @param beside the class
   * @return the jar of the class
   */
  public static Jar jarOf(Class<?> beside) {
    return name -> {
      try (InputStream in = beside.getResourceAsStream(name)) {
        return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
      }
    };
  }

  /**
   * Unpacks the program for an architecture, unless the same bytes are there.
   *
   * @param jar where the programs are
   * @param architecture the JVM's name of it, {@code os.arch}
   * @param directory a directory of this user only
   * @return the program
   * @throws EngineException if there is none for the architecture, or it cannot be written
   */
  public static HelperProgram unpack(Jar jar, String architecture, Path directory) {
    try {
      byte[] program = find(jar, architecture);
      String hash = Sha256.hex(program);
      Path bin = privateDirectory(directory.resolve("bin"));
      Path file = bin.resolve("lofn-run-" + hash.substring(0, HASH_IN_NAME));
      NewFiles.removeLeftovers(bin);
      if (!holds(file, hash)) {
        NewFiles.put(file, empty -> Files.write(empty, program));
      }
      return new HelperProgram(file);
    } catch (IOException e) {
      throw new EngineException(
          "lofn-run could not be unpacked to %s: %s; set %s to a directory of a disk of this node that this user may write"
              .formatted(directory, e, SETTING),
          e);
    }
  }

  private static byte[] find(Jar jar, String architecture) throws IOException {
    String name = ARCHITECTURES.get(architecture);
    if (name == null) {
      throw new EngineException(
          "lofn has no lofn-run for the architecture %s; there is one for x86_64 and aarch64"
              .formatted(architecture));
    }
    return jar.read("lofn-run-" + name)
        .orElseThrow(
            () ->
                new EngineException(
                    "this build of lofn has no lofn-run for %1$s: %1$s-linux-gnu-gcc was not there when it was built; use a release, or install that compiler and build again"
                        .formatted(name)));
  }

  /**
   * Makes a directory that only this user may enter, unless it is there.
   *
   * @param directory its path
   * @return the path
   * @throws IOException if it cannot be made, is a link, or is another user's
   */
  public static Path privateDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, OF_THIS_USER);
    } catch (FileAlreadyExistsException e) {
      // The check decides whether it is the right one.
    }
    OwnDirectory.open(directory).close();
    return directory;
  }

  private static boolean holds(Path file, String hash) throws IOException {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && Files.isExecutable(file)
          && Sha256.hex(Files.readAllBytes(file)).equals(hash);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Returns where it is.
   *
   * @return the path
   */
  public Path path() {
    return path;
  }

  /**
   * Asks it what the node allows.
   *
   * @param timeout how long it may take
   * @return its answer
   * @throws EngineException if it cannot be executed or does not answer
   */
  public NodeCheck check(Duration timeout) {
    return NodeCheck.parse(run(List.of("--check"), new byte[0], timeout));
  }

  /**
   * Runs it to its end, with an empty environment.
   *
   * @param arguments its arguments
   * @param input its standard input, at most what a pipe holds
   * @param timeout how long it may take
   * @return its standard output, at most what a pipe holds
   * @throws EngineException if it cannot be executed, fails, or does not end in time
   */
  public String run(List<String> arguments, byte[] input, Duration timeout) {
    List<String> command = new ArrayList<>(List.of(path.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.PIPE);
    builder.environment().clear();
    Process process = start(builder);
    try {
      tell(process, input);
      if (!process.waitFor(NANOSECONDS.convert(timeout), NANOSECONDS)) {
        throw EngineException.transientFailure(
            "%s did not end within %s (spark.lofn.engine.timeout)"
                .formatted(String.join(" ", command), timeout),
            new TimeoutException());
      }
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      String complaint = new String(process.getErrorStream().readAllBytes(), UTF_8).strip();
      if (process.exitValue() != 0) {
        throw failure(
            "%s failed with exit code %d: %s"
                .formatted(String.join(" ", command), process.exitValue(), complaint),
            new IOException(complaint));
      }
      return said;
    } catch (IOException e) {
      throw new EngineException("Could not talk to %s: %s".formatted(path, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while waiting for " + path, e);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static void tell(Process process, byte[] input) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException notRead) {
      // It has ended; its exit code and its own words say why.
    }
  }

  /**
   * Starts it.
   *
   * @param builder the command, of which it is the first word
   * @return the process
   * @throws EngineException if it cannot be executed
   */
  public Process start(ProcessBuilder builder) {
    return unlessBusy(() -> startOnce(builder));
  }

  private Process startOnce(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw failure(unusable(String.valueOf(e.getMessage())), e);
    }
  }

  /**
   * Executes a program that may just have been written. A process that another thread starts has
   * the open file of its writer until it executes its own program.
   *
   * @param <T> the result
   * @param action what to do, repeated while the kernel says that the file is busy
   * @return its result
   */
  public static <T> T unlessBusy(Supplier<T> action) {
    for (int i = 1; ; i++) {
      try {
        return action.get();
      } catch (EngineException e) {
        if (i == MOST_TRIES || !BUSY.matcher(String.valueOf(e.getMessage())).find()) {
          throw e;
        }
        Uninterruptibly.sleep(FIRST_PAUSE.multipliedBy(i));
      }
    }
  }

  private static EngineException failure(String message, IOException cause) {
    return Shortage.isIn(String.valueOf(cause.getMessage()))
        ? EngineException.transientFailure(message, cause)
        : new EngineException(message, cause);
  }

  private String unusable(String message) {
    if (message.contains("error=13,")) {
      return "%s may not be executed: the file system of %s is mounted with noexec, or a security module forbids it; set %s to a directory where programs may be executed"
          .formatted(path, path.getParent(), SETTING);
    }
    return "%s could not be executed: %s".formatted(path, message);
  }
}
