package io.lofn.runtime.docker;

import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;

/** Makes images present on an engine. */
final class DockerImages {

  private final DockerEngine engine;

  DockerImages(DockerEngine engine) {
    this.engine = engine;
  }

  PreparedImage prepare(ImageRequest request) {
    String id =
        engine.call(
            "inspect image " + request.reference(),
            client -> client.inspectImageCmd(request.reference()).exec().getId());
    return new PreparedImage(request.reference(), id);
  }
}
