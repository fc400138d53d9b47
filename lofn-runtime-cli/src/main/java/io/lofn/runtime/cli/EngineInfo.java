package io.lofn.runtime.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.spi.Ability;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an engine says of itself.
 *
 * @param dialect how it is spoken to
 * @param description such as {@code docker CLI 28.1 with engine 20.10.24}
 * @param cpus its processors
 * @param rootless whether it runs without being root
 * @param missing what this node does not let it do
 */
record EngineInfo(
    CliDialect dialect, String description, int cpus, boolean rootless, Set<Ability> missing) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})([^\\d].*)?");

  EngineInfo {
    missing = Set.copyOf(missing);
  }

  /**
   * Reads the answer to {@code info}. What it looks like tells the dialect: a program called docker
   * may be podman.
   *
   * @param answer the answer, as JSON
   * @return empty if this is neither docker nor podman
   */
  static Optional<EngineInfo> parse(String answer) {
    JsonNode info;
    try {
      info = JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    if (!info.at("/ServerVersion").asText().isEmpty()) {
      return Optional.of(docker(info));
    }
    if (!info.at("/version/Version").asText().isEmpty()) {
      return Optional.of(podman(info));
    }
    return Optional.empty();
  }

  private static EngineInfo docker(JsonNode info) {
    String client = info.at("/ClientInfo/Version").asText();
    boolean rootless = false;
    for (JsonNode option : info.at("/SecurityOptions")) {
      rootless |= option.asText().startsWith("name=rootless");
    }
    return new EngineInfo(
        Dialects.DOCKER,
        "docker CLI%s with engine %s"
            .formatted(client.isEmpty() ? "" : " " + client, info.at("/ServerVersion").asText()),
        atLeastOne(info.at("/NCPU").asInt()),
        rootless,
        ignoredByDocker(info));
  }

  private static Set<Ability> ignoredByDocker(JsonNode info) {
    Set<Ability> missing = EnumSet.noneOf(Ability.class);
    // What an older engine does not tell it can.
    if (!info.path("MemoryLimit").asBoolean(true)) {
      missing.add(Ability.MEMORY);
    }
    if (!info.path("CpuCfsQuota").asBoolean(true)) {
      missing.add(Ability.CPUS);
    }
    if (!info.path("PidsLimit").asBoolean(true)) {
      missing.add(Ability.PIDS);
    }
    if (!closesSubmounts(info)) {
      missing.add(Ability.READ_ONLY_SUBMOUNTS);
    }
    return missing;
  }

  /** Both the program and the engine must be docker 25 or newer, on Linux 5.12 or newer. */
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

  private static EngineInfo podman(JsonNode info) {
    boolean remote = info.at("/host/serviceIsRemote").asBoolean();
    boolean rootless = info.at("/host/security/rootless").asBoolean();
    boolean unsets = !info.at("/version/Version").asText().matches("([0-3]|4\\.[01])\\..*");
    return new EngineInfo(
        unsets ? Dialects.PODMAN : Dialects.PODMAN.without(Word.UNSET_ENV),
        "podman CLI %s%s%s"
            .formatted(
                info.at("/version/Version").asText(),
                rootless ? ", rootless" : "",
                remote ? ", remote" : ""),
        atLeastOne(info.at("/host/cpus").asInt()),
        rootless,
        ignoredByPodman(info.path("host"), rootless));
  }

  private static Set<Ability> ignoredByPodman(JsonNode host, boolean rootless) {
    if (rootless && host.path("cgroupVersion").asText().equals("v1")) {
      return EnumSet.of(Ability.MEMORY, Ability.CPUS, Ability.PIDS, Ability.READ_ONLY_SUBMOUNTS);
    }
    Set<Ability> missing = EnumSet.of(Ability.READ_ONLY_SUBMOUNTS);
    JsonNode controllers = host.path("cgroupControllers");
    if (controllers.isArray()) {
      Set<String> present = new HashSet<>();
      controllers.forEach(each -> present.add(each.asText()));
      Map.of("memory", Ability.MEMORY, "cpu", Ability.CPUS, "pids", Ability.PIDS)
          .forEach(
              (controller, ability) -> {
                if (!present.contains(controller)) {
                  missing.add(ability);
                }
              });
    }
    return missing;
  }

  private static int atLeastOne(int cpus) {
    return cpus > 0 ? cpus : Runtime.getRuntime().availableProcessors();
  }

  /** What cannot be had, since nobody can say it or this node ignores it. */
  Set<Ability> lacks() {
    Set<Ability> lacks = dialect.lacks();
    lacks.addAll(missing);
    if (lacks.contains(Ability.MEMORY)) {
      lacks.add(Ability.OUT_OF_MEMORY_VERDICT);
    }
    return lacks;
  }

  EngineInfo spokenToIn(CliDialect other) {
    return new EngineInfo(other, description, cpus, rootless, missing);
  }
}
