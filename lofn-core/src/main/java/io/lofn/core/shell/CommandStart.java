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
 * What has to be heeded when a command is started, beyond what is to be started.
 *
 * @param streams whether its standard input or output carry records
 * @param acceptedExitCodes by which it may end well
 * @param image what its image says
 */
public record CommandStart(boolean streams, Set<Integer> acceptedExitCodes, ImageConfig image) {

  /** By which shells, init processes and engines say that a command could not be started. */
  private static final Set<Integer> OF_FAILED_STARTS =
      Set.of(ExitCodes.ENGINE_FAILED, ExitCodes.NOT_EXECUTABLE, ExitCodes.NOT_FOUND);

  /** A quarter of the usual limit of a stack, 8 MiB, is what Linux has for all of it. */
  private static final long ARGUMENT_SPACE = 2L << 20;

  private static final String CORE_OPTION = "--ulimit=core=";

  /** For what an engine, its init process and lofn's shell add. */
  private static final long RESERVED = 16L << 10;

  /** A word's end, and where it is noted. */
  private static final int PER_WORD = 1 + Long.BYTES;

  /** Whether somebody must tell a command that could not be started from one that ended so. */
  public boolean needsExecStatus() {
    return acceptedExitCodes.stream().anyMatch(code -> code != 0);
  }

  /**
   * Checks what can be known of a tool before it runs.
   *
   * @throws LofnException if it accepts what a start that failed would end with
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
   * Checks a start that nobody witnesses.
   *
   * @throws LofnException if its failure could be taken for a success
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
          "%s accepts the exit code %s, by which a command that could not be started ends, too, and no shell can tell the two apart: %s. Let the tool end with another code, or give it a command and an image with sh."
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

  /** The environment that the command is to find, as far as lofn knows it. */
  public Map<String, String> environment(ContainerSpec spec) {
    Map<String, String> all = new LinkedHashMap<>(image.environment());
    all.putAll(spec.settings().environment());
    return all;
  }

  /**
   * Why no shell may become what is to be started, with its whole environment; empty if one may.
   */
  public Optional<String> obstacle(ContainerSpec spec) {
    if (spec.imageEntrypoint() || !ShellCommand.takes(spec.argv())) {
      return Optional.of("a shell cannot start it");
    }
    return environment(spec).keySet().stream()
        .filter(name -> !ShellCommand.passes(name))
        .findFirst()
        .map(name -> "a shell does not pass the variable '" + name + "' on as it is");
  }

  /**
   * Checks that the kernel passes all of it to a program.
   *
   * @throws LofnException if it does not
   */
  public void checkSpace(ContainerSpec spec) {
    long arguments = spec.argv().stream().mapToLong(word -> PER_WORD + bytes(word)).sum();
    long variables =
        environment(spec).entrySet().stream()
            .mapToLong(each -> PER_WORD + bytes(each.getKey()) + 1 + bytes(each.getValue()))
            .sum();
    if (arguments + variables > ARGUMENT_SPACE - RESERVED) {
      throw new LofnException(
          "The command takes %d bytes and its environment %d, and Linux passes about %d to a program; hand long lists over in a file: an input of the exchange or a volume"
              .formatted(arguments, variables, ARGUMENT_SPACE - RESERVED));
    }
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
