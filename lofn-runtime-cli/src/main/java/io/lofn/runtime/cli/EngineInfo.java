package io.lofn.runtime.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/**
 * What an engine says of itself.
 *
 * @param dialect how it is spoken to
 * @param description such as {@code docker CLI 28.1 with engine 20.10.24}
 * @param cpus its processors
 * @param rootless whether it runs without being root
 */
record EngineInfo(CliDialect dialect, String description, int cpus, boolean rootless) {

  private static final JsonMapper JSON = new JsonMapper();

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
        CliDialect.DOCKER,
        "docker CLI%s with engine %s"
            .formatted(client.isEmpty() ? "" : " " + client, info.at("/ServerVersion").asText()),
        atLeastOne(info.at("/NCPU").asInt()),
        rootless);
  }

  private static EngineInfo podman(JsonNode info) {
    boolean remote = info.at("/host/serviceIsRemote").asBoolean();
    boolean rootless = info.at("/host/security/rootless").asBoolean();
    return new EngineInfo(
        CliDialect.PODMAN,
        "podman CLI %s%s%s"
            .formatted(
                info.at("/version/Version").asText(),
                rootless ? ", rootless" : "",
                remote ? ", remote" : ""),
        atLeastOne(info.at("/host/cpus").asInt()),
        rootless);
  }

  private static int atLeastOne(int cpus) {
    return cpus > 0 ? cpus : Runtime.getRuntime().availableProcessors();
  }

  EngineInfo spokenToIn(CliDialect other) {
    return new EngineInfo(other, description, cpus, rootless);
  }
}
