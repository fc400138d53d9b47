package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.VARIABLE;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.runtime.cli.dialect.CliDialect.Family;
import io.lofn.spi.RuntimeFeature;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dialect of podman. Tested with the real program. */
public final class Podman {

  public static final CliDialect DIALECT =
      new CliDialect(
          "podman",
          "podman",
          Family.ENGINE,
          options(),
          true,
          HarmlessOptions.ENGINES.and(with("umask", "[0-7]{3,4}"), with("unsetenv", VARIABLE)));

  /** The dialect of podman before 4.2. */
  public static final CliDialect OLD_DIALECT = DIALECT.without(DialectOption.UNSET_ENV);

  /** The variables that podman sets in every container, and that an image may set, too. */
  public static final Set<String> VARIABLES = Set.of("TERM", "container");

  // The init process of podman ends with 1 where others end with 127 or 126.
  private static final Pattern INIT_FAILED =
      Pattern.compile("ERROR \\(catatonit:\\d+\\): failed to exec pid1: ([^\\n]*)\\s*");

  private Podman() {}

  private static Map<DialectOption, List<String>> options() {
    Map<DialectOption, List<String>> options = new EnumMap<>(Docker.DIALECT.options());
    // With any limit podman also raises that of open files, which its service may not be able to.
    options.remove(DialectOption.NO_CORE_DUMPS);
    options.remove(DialectOption.READ_ONLY_SUBMOUNTS);
    // Podman looks for its detach keys in any input: two bytes of data would end the run.
    // Podman would write its warnings to the standard error of the tool.
    options.put(
        DialectOption.START, List.of("start", "--attach", "--detach-keys=", "--log-level=error"));
    // Without --time podman stops the container first, which may take ten seconds.
    options.put(DialectOption.REMOVE, List.of("rm", "--force", "--volumes", "-t", "0"));
    options.put(
        DialectOption.NO_INHERITED_ENVIRONMENT, List.of("--http-proxy=false", "--sdnotify=ignore"));
    options.put(DialectOption.UNSET_ENV, List.of("--unsetenv={}"));
    options.put(DialectOption.KEEP_USER_ID, List.of("--userns=keep-id"));
    // Podman's --tmpfs would copy the image's files of that path.
    options.put(DialectOption.TMPFS, List.of("--mount={}"));
    // Podman parses a value that looks like JSON, so every value is written as JSON.
    options.put(DialectOption.ENTRYPOINT, List.of("--entrypoint=[{json}]"));
    return options;
  }

  /** Reads the answer of podman to {@code info}; empty if it is the answer of another engine. */
  static Optional<EngineInfo> info(JsonNode info) {
    if (info.at("/version/Version").asText().isEmpty()) {
      return Optional.empty();
    }
    boolean remote = info.at("/host/serviceIsRemote").asBoolean();
    boolean rootless = info.at("/host/security/rootless").asBoolean();
    boolean unsets = !info.at("/version/Version").asText().matches("([0-3]|4\\.[01])\\..*");
    return Optional.of(
        new EngineInfo(
            unsets ? DIALECT : OLD_DIALECT,
            "podman CLI %s%s%s"
                .formatted(
                    info.at("/version/Version").asText(),
                    rootless ? ", rootless" : "",
                    remote ? ", remote" : ""),
            EngineInfo.atLeastOne(info.at("/host/cpus").asInt()),
            rootless,
            ignored(info.path("host"), rootless)));
  }

  private static Set<RuntimeFeature> ignored(JsonNode host, boolean rootless) {
    if (rootless && host.path("cgroupVersion").asText().equals("v1")) {
      return EnumSet.of(
          RuntimeFeature.MEMORY,
          RuntimeFeature.CPUS,
          RuntimeFeature.PIDS,
          RuntimeFeature.READ_ONLY_SUBMOUNTS);
    }
    Set<RuntimeFeature> missing = EnumSet.of(RuntimeFeature.READ_ONLY_SUBMOUNTS);
    JsonNode controllers = host.path("cgroupControllers");
    if (controllers.isArray()) {
      Set<String> present = new HashSet<>();
      controllers.forEach(each -> present.add(each.asText()));
      Map.of(
              "memory",
              RuntimeFeature.MEMORY,
              "cpu",
              RuntimeFeature.CPUS,
              "pids",
              RuntimeFeature.PIDS)
          .forEach(
              (controller, feature) -> {
                if (!present.contains(controller)) {
                  missing.add(feature);
                }
              });
    }
    return missing;
  }

  /**
   * Returns the exit code of a tool that the init process could not start.
   *
   * @param complaint the standard error of a container that ended with 1
   * @return empty if the tool was started
   */
  public static Optional<Integer> toolCode(String complaint) {
    Matcher failed = INIT_FAILED.matcher(complaint);
    return failed.matches()
        ? Optional.of(
            failed.group(1).startsWith("No such file")
                ? ExitCodes.NOT_FOUND
                : ExitCodes.NOT_EXECUTABLE)
        : Optional.empty();
  }
}
