package io.lofn.core.shell;

import static java.util.stream.Collectors.joining;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The conditions of a command's start, beyond its container.
 *
 * @param streams whether its standard input or output carries records
 * @param acceptedExitCodes the exit codes of a success
 * @param image the configuration of its image
 */
public record CommandStart(boolean streams, Set<Integer> acceptedExitCodes, ImageConfig image) {

  /**
   * Exit codes by which shells, init processes and engines report that a command could not be
   * started.
   */
  private static final Set<Integer> OF_FAILED_STARTS =
      Set.of(ExitCodes.ENGINE_FAILED, ExitCodes.NOT_EXECUTABLE, ExitCodes.NOT_FOUND);

  /** Linux reserves a quarter of the usual stack limit, 8 MiB, for arguments and environment. */
  private static final long ARGUMENT_SPACE = 2L << 20;

  private static final String CORE_OPTION = "--ulimit=core=";

  /** Space for what an engine, its init process and lofn's shell add. */
  private static final long RESERVED = 16L << 10;

  /** The end of a string, and the pointer to it. */
  private static final int PER_WORD = 1 + Long.BYTES;

  /**
   * Returns whether a failed start must be told from a command that ended with the same exit code.
   */
  public boolean needsExecStatus() {
    return acceptedExitCodes.stream().anyMatch(code -> code != 0);
  }

  /**
   * Checks what can be known of a tool before it runs.
   *
   * @throws LofnException if it accepts an exit code of a failed start
   */
  public static void check(Tool<?, ?> tool) {
    if (tool.usesImageEntrypoint() || tool.argv().isEmpty()) {
      refuseWithoutExecStatus(
          tool.image(), tool.acceptedExitCodes(), "its program is the image's own");
    } else if (!ShellCommand.takes(tool.argv())) {
      refuseWithoutExecStatus(
          tool.image(), tool.acceptedExitCodes(), "no shell takes a program of that name");
    }
  }

  /**
   * Checks a start that nothing reports as done or failed.
   *
   * @throws LofnException if a failed start could pass for a success
   */
  public void checkWithoutExecStatus(String reason) {
    refuseWithoutExecStatus("The tool", acceptedExitCodes, reason);
  }

  private static void refuseWithoutExecStatus(
      String tool, Collection<Integer> accepted, String reason) {
    Set<Integer> ambiguous = new TreeSet<>(accepted);
    ambiguous.retainAll(OF_FAILED_STARTS);
    if (!ambiguous.isEmpty()) {
      throw new LofnException(
          "%s accepts the exit code %s, which is also that of a command that could not be started, and no shell can tell the two apart: %s. Let the tool end with another code, or use a command and an image with sh."
              .formatted(
                  tool, ambiguous.stream().map(String::valueOf).collect(joining(" and ")), reason));
    }
  }

  /**
   * What a shell runs before it becomes the command, so that a program which crashes leaves no file
   * of its memory in the exchange. Engines have limits, too, but podman cannot set this one alone.
   *
   * @return nothing where the tool asks for core dumps
   */
  public static String withoutCoreDumps(ContainerSpec spec) {
    boolean wanted =
        spec.settings().engineOptions().stream().anyMatch(each -> each.startsWith(CORE_OPTION));
    return wanted ? "" : "ulimit -c 0 2>/dev/null\n";
  }

  /** Returns the environment of the command, as far as lofn knows it. */
  public Map<String, String> environment(ContainerSpec spec) {
    Map<String, String> all = new LinkedHashMap<>(image.environment());
    all.putAll(spec.settings().environment());
    return all;
  }

  /** Returns why no shell may become the command, with its whole environment; empty if one may. */
  public Optional<String> obstacle(ContainerSpec spec) {
    if (spec.imageEntrypoint() || !ShellCommand.takes(spec.argv())) {
      return Optional.of("a shell cannot start it");
    }
    return environment(spec).keySet().stream()
        .filter(name -> !ShellCommand.passes(name))
        .findFirst()
        .map(name -> "a shell does not pass the variable '" + name + "' on unchanged");
  }

  /**
   * Checks that the kernel passes the command and its environment to a program.
   *
   * @throws LofnException if they are too long
   */
  public void checkSpace(ContainerSpec spec) {
    long arguments = spec.argv().stream().mapToLong(word -> PER_WORD + bytes(word)).sum();
    long variables =
        environment(spec).entrySet().stream()
            .mapToLong(each -> PER_WORD + bytes(each.getKey()) + 1 + bytes(each.getValue()))
            .sum();
    if (arguments + variables > ARGUMENT_SPACE - RESERVED) {
      throw new LofnException(
          "The command has %d bytes and its environment %d, but Linux passes at most about %d to a program; pass long lists in a file: an input of the exchange or a volume"
              .formatted(arguments, variables, ARGUMENT_SPACE - RESERVED));
    }
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
