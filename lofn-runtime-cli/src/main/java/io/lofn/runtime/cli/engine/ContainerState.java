package io.lofn.runtime.cli.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;

/**
 * The state of a container, as the engine reports it.
 *
 * @param status the status, as the engine writes it
 * @param everStarted whether its process was ever started
 * @param running whether its process runs
 * @param exitCode its process's exit code, once it has ended
 * @param outOfMemory whether the engine reports that the memory limit was hit
 */
record ContainerState(
    String status, boolean everStarted, boolean running, int exitCode, boolean outOfMemory) {

  static final String FORMAT = "{{json .State}}";

  private static final JsonMapper JSON = new JsonMapper();

  static ContainerState parse(String text) {
    try {
      JsonNode state = JSON.readTree(text);
      return new ContainerState(
          state.path("Status").asText(),
          // The year 1 means never.
          !state.path("StartedAt").asText("0001").startsWith("0001"),
          state.path("Running").asBoolean(),
          state.path("ExitCode").asInt(),
          state.path("OOMKilled").asBoolean());
    } catch (JsonProcessingException e) {
      throw new EngineException(
          "Could not read the engine's answer about the state of a container: " + text, e);
    }
  }
}
