package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.NAME;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.runtime.cli.dialect.CliDialect.Family;
import io.lofn.spi.RuntimeFeature;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dialect of docker. Tested with the real program. */
public final class Docker {

  public static final CliDialect DIALECT =
      new CliDialect(
          "docker",
          "docker",
          Family.ENGINE,
          options(),
          false,
          HarmlessOptions.ENGINES.and(with("domainname", NAME)));

  private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})([^\\d].*)?");

  private Docker() {}

  private static Map<DialectOption, List<String>> options() {
    Map<DialectOption, List<String>> options = new EnumMap<>(DialectOption.class);
    options.put(DialectOption.START, List.of("start", "--attach"));
    options.put(DialectOption.REMOVE, List.of("rm", "--force", "--volumes"));
    options.put(DialectOption.LOAD, List.of("load", "--quiet", "--input={}"));
    options.put(DialectOption.NAME, List.of("--name={}"));
    options.put(DialectOption.LABEL, List.of("--label={}"));
    options.put(DialectOption.NO_PULL, List.of("--pull=never"));
    options.put(DialectOption.INIT, List.of("--init"));
    options.put(DialectOption.STDIN, List.of("--interactive"));
    options.put(DialectOption.NO_LOG, List.of("--log-driver=none"));
    options.put(DialectOption.NO_HEALTH_CHECK, List.of("--no-healthcheck"));
    options.put(DialectOption.NO_INHERITED_ENVIRONMENT, List.of());
    options.put(DialectOption.MOUNT, List.of("--mount={}"));
    options.put(DialectOption.READ_ONLY_MOUNT, List.of("--mount={}"));
    options.put(
        DialectOption.READ_ONLY_SUBMOUNTS,
        List.of("bind-recursive=readonly", "bind-propagation=rprivate"));
    // Not --mount type=tmpfs: docker makes that noexec, and has no option to change it.
    options.put(
        DialectOption.TMPFS, List.of("--tmpfs={target}:exec,nosuid,nodev,mode=1777,size={size}"));
    options.put(DialectOption.DEVICE, List.of("--device={source}:{target}:{permissions}"));
    options.put(DialectOption.ENV_OF_COMMAND, List.of("--env={}"));
    options.put(DialectOption.ENV_FILE, List.of("--env-file={}"));
    options.put(DialectOption.ENTRYPOINT, List.of("--entrypoint={}"));
    options.put(DialectOption.IMAGE_COMMAND, List.of());
    options.put(DialectOption.USER, List.of("--user={}"));
    options.put(DialectOption.WORKING_DIRECTORY, List.of("--workdir={}"));
    options.put(DialectOption.PLATFORM, List.of("--platform={}"));
    options.put(DialectOption.NETWORK, List.of("--network={}"));
    options.put(DialectOption.PROCESS_ISOLATION, List.of());
    options.put(DialectOption.NO_CAPABILITIES, List.of("--cap-drop=ALL"));
    options.put(DialectOption.CAPABILITY, List.of("--cap-add={}"));
    options.put(DialectOption.NO_NEW_PRIVILEGES, List.of("--security-opt=no-new-privileges"));
    options.put(DialectOption.READ_ONLY_ROOT, List.of("--read-only"));
    options.put(DialectOption.WRITABLE_ROOT, List.of());
    options.put(DialectOption.ENGINE_OPTIONS, List.of());
    limit(options);
    return options;
  }

  private static void limit(Map<DialectOption, List<String>> options) {
    options.put(DialectOption.CPUS, List.of("--cpus={}"));
    // The second is memory and swap together.
    options.put(DialectOption.MEMORY, List.of("--memory={}b", "--memory-swap={}b"));
    options.put(DialectOption.OUT_OF_MEMORY_DETECTION, List.of());
    options.put(DialectOption.NO_CORE_DUMPS, List.of("--ulimit=core=0"));
    options.put(DialectOption.PIDS, List.of("--pids-limit={}"));
    options.put(DialectOption.SHARED_MEMORY, List.of("--shm-size={}b"));
  }

  /** Reads the answer of docker to {@code info}; empty if it is the answer of another engine. */
  static Optional<EngineInfo> info(JsonNode info) {
    if (info.at("/ServerVersion").asText().isEmpty()) {
      return Optional.empty();
    }
    String client = info.at("/ClientInfo/Version").asText();
    boolean rootless = false;
    for (JsonNode option : info.at("/SecurityOptions")) {
      rootless |= option.asText().startsWith("name=rootless");
    }
    return Optional.of(
        new EngineInfo(
            DIALECT,
            "docker CLI%s with engine %s"
                .formatted(
                    client.isEmpty() ? "" : " " + client, info.at("/ServerVersion").asText()),
            EngineInfo.atLeastOne(info.at("/NCPU").asInt()),
            rootless,
            ignored(info)));
  }

  private static Set<RuntimeFeature> ignored(JsonNode info) {
    Set<RuntimeFeature> missing = EnumSet.noneOf(RuntimeFeature.class);
    // An older engine does not report what it supports.
    if (!info.path("MemoryLimit").asBoolean(true)) {
      missing.add(RuntimeFeature.MEMORY);
    }
    if (!info.path("CpuCfsQuota").asBoolean(true)) {
      missing.add(RuntimeFeature.CPUS);
    }
    if (!info.path("PidsLimit").asBoolean(true)) {
      missing.add(RuntimeFeature.PIDS);
    }
    if (!closesSubmounts(info)) {
      missing.add(RuntimeFeature.READ_ONLY_SUBMOUNTS);
    }
    return missing;
  }

  /**
   * Read-only submounts need docker 25 or newer, as program and as engine, on Linux 5.12 or newer.
   */
  private static boolean closesSubmounts(JsonNode info) {
    return isAtLeast(info.at("/ClientInfo/Version").asText(), 25, 0)
        && isAtLeast(info.at("/ServerVersion").asText(), 25, 0)
        && isAtLeast(info.at("/KernelVersion").asText(), 5, 12);
  }

  private static boolean isAtLeast(String version, int major, int minor) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      return false;
    }
    int known = Integer.parseInt(matcher.group(1));
    return known > major || (known == major && Integer.parseInt(matcher.group(2)) >= minor);
  }
}
