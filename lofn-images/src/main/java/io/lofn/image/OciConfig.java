package io.lofn.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.spi.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the object {@code config} of an OCI image configuration, which engines print in the same
 * form.
 */
public final class OciConfig {

  private static final JsonMapper JSON = new JsonMapper();

  private OciConfig() {}

  /**
   * Reads a configuration.
   *
   * @param text the object as JSON; {@code null} means an image without a configuration
   * @throws EngineException if it is not JSON
   */
  public static ImageConfig parse(String text) {
    try {
      return of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new EngineException("Could not read the configuration of an image: " + text, e);
    }
  }

  public static ImageConfig of(JsonNode config) {
    List<String> volumes = new ArrayList<>();
    config.path("Volumes").fieldNames().forEachRemaining(volumes::add);
    return ImageConfig.empty()
        .environment(list(config, "Env"))
        .volumes(volumes)
        .workingDirectory(config.path("WorkingDir").asText(""))
        .entrypoint(list(config, "Entrypoint"))
        .command(list(config, "Cmd"))
        .user(config.path("User").asText(""))
        .stopSignal(config.path("StopSignal").asText(""));
  }

  private static List<String> list(JsonNode config, String name) {
    List<String> words = new ArrayList<>();
    config.path(name).forEach(each -> words.add(each.asText()));
    return words;
  }
}
