package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.spi.ImageConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** What podman tells of an image that it has inspected. */
final class InspectedImage {

  private InspectedImage() {}

  static ImageConfig of(JsonNode says) {
    List<String> volumes = new ArrayList<>();
    says.path("Volumes").fieldNames().forEachRemaining(volumes::add);
    return ImageConfig.empty()
        .user(says.path("User").asText(null))
        .entrypoint(words(says.path("Entrypoint")))
        .command(words(says.path("Cmd")))
        .environment(words(says.path("Env")))
        .workingDirectory(says.path("WorkingDir").asText(null))
        .volumes(volumes)
        .stopSignal(says.path("StopSignal").asText(null));
  }

  private static List<String> words(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
