package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.ADDRESS;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.BYTES;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.CPUS;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.NAME;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.NUMBER;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.VARIABLE;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.flag;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import io.lofn.runtime.cli.dialect.CliDialect.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The dialects of apptainer and singularity. Written from their documentation, and not run against
 * the real programs.
 */
public final class Apptainer {

  private static final HarmlessOptions HARMLESS =
      HarmlessOptions.of(
          // No comma in a value: it would begin another variable.
          with("env", VARIABLE + "=[^,\"]*"),
          with("cpu-shares", NUMBER),
          with("cpuset-cpus", CPUS),
          with("cpuset-mems", CPUS),
          with("blkio-weight", NUMBER),
          with("memory-reservation", BYTES),
          with("hostname", NAME),
          with("dns", ADDRESS),
          // The devices of graphics processors and the libraries that belong to them.
          flag("nv"),
          flag("rocm"),
          // Each of these isolates the tool more.
          flag("ipc"),
          flag("pid"),
          flag("userns"),
          flag("uts"));

  static final CliDialect DIALECT = dialect("apptainer");
  static final CliDialect SINGULARITY = dialect("singularity");

  private static final Pattern NOT_FOUND =
      Pattern.compile(
          "FATAL: .*(executable file not found in \\$PATH|no such file or directory)",
          Pattern.DOTALL);
  private static final Pattern NOT_EXECUTABLE =
      Pattern.compile("FATAL: .*(permission denied)", Pattern.DOTALL);

  private Apptainer() {}

  private static CliDialect dialect(String program) {
    return new CliDialect(program, program, Family.RUNNER, options(program), false, HARMLESS);
  }

  private static Map<DialectOption, List<String>> options(String program) {
    Map<DialectOption, List<String>> options = new EnumMap<>(DialectOption.class);
    options.put(DialectOption.RUN, List.of("exec", "--containall", "--no-eval"));
    options.put(DialectOption.PULL, List.of(program, "pull", "{file}", "docker://{}"));
    options.put(DialectOption.NO_INHERITED_ENVIRONMENT, List.of("--cleanenv"));
    options.put(DialectOption.ENV_PREFIX, List.of(program.toUpperCase(Locale.ROOT) + "ENV_"));
    options.put(DialectOption.MOUNT, List.of("--bind={source}:{target}"));
    options.put(DialectOption.READ_ONLY_MOUNT, List.of("--bind={source}:{target}:ro"));
    options.put(DialectOption.WORKING_DIRECTORY, List.of("--pwd={}"));
    options.put(DialectOption.NETWORK, List.of("--net", "--network={}"));
    // --containall includes this.
    options.put(DialectOption.PROCESS_ISOLATION, List.of("--pid"));
    options.put(DialectOption.NO_CAPABILITIES, List.of("--no-privs"));
    options.put(DialectOption.CAPABILITY, List.of("--add-caps=CAP_{}"));
    // It sets no_new_privs by itself.
    options.put(DialectOption.NO_NEW_PRIVILEGES, List.of());
    options.put(DialectOption.READ_ONLY_ROOT, List.of());
    options.put(DialectOption.WRITABLE_ROOT, List.of("--writable-tmpfs"));
    options.put(DialectOption.CPUS, List.of("--cpus={}"));
    options.put(DialectOption.MEMORY, List.of("--memory={}", "--memory-swap={}"));
    options.put(DialectOption.PIDS, List.of("--pids-limit={}"));
    options.put(DialectOption.ENGINE_OPTIONS, List.of());
    return options;
  }

  /**
   * Returns the exit code of a tool that the program could not start.
   *
   * @param complaint the standard error of the program
   * @return empty if the message has another cause
   */
  public static Optional<Integer> toolCode(String complaint) {
    if (NOT_FOUND.matcher(complaint).find()) {
      return Optional.of(ExitCodes.NOT_FOUND);
    }
    return NOT_EXECUTABLE.matcher(complaint).find()
        ? Optional.of(ExitCodes.NOT_EXECUTABLE)
        : Optional.empty();
  }
}
