package io.lofn.runtime.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import io.lofn.spi.ImageConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What docker tells of an image that it has inspected. */
final class InspectedImage {

  private InspectedImage() {}

  static ImageConfig of(InspectImageResponse image) {
    ContainerConfig says = image.getConfig();
    if (says == null) {
      return ImageConfig.empty();
    }
    Map<String, ?> volumes = says.getVolumes();
    return ImageConfig.empty()
        .environment(list(says.getEnv()))
        .volumes(volumes == null ? Set.of() : volumes.keySet())
        .workingDirectory(says.getWorkingDir())
        .entrypoint(list(says.getEntrypoint()))
        .command(list(says.getCmd()))
        .user(says.getUser())
        .stopSignal(stopSignal(image));
  }

  /** docker-java has no field for it, and keeps what it has read of whole answers alone. */
  private static @Nullable String stopSignal(InspectImageResponse image) {
    return image.getRawValues().get("Config") instanceof Map<?, ?> says
            && says.get("StopSignal") instanceof String signal
        ? signal
        : null;
  }

  private static List<String> list(String @Nullable [] words) {
    return words == null ? List.of() : List.of(words);
  }
}
