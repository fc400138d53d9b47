package io.lofn.runtime.podman;

import io.lofn.spi.ImageReference;
import java.util.List;

/** Short names, as this runtime reads them: of this node first, then of Docker's registry. */
final class ImageName {

  private static final String LOCAL = "localhost/";

  private ImageName() {}

  /** The full names under which an image may be on this node. */
  static List<String> candidates(ImageReference image) {
    if (image.isId()) {
      return List.of(image.repository().replaceFirst("^sha256:", ""));
    }
    String full = qualified(image);
    String repository = image.repository();
    boolean isShort =
        image.registry().equals(ImageReference.DOCKER_HUB)
            && !repository.startsWith(ImageReference.DOCKER_HUB + "/");
    return isShort ? List.of(LOCAL + repository + suffix(image), full) : List.of(full);
  }

  /** The name by which it is pulled. */
  static String qualified(ImageReference image) {
    return repository(image) + suffix(image);
  }

  static String repository(ImageReference image) {
    String hub = ImageReference.DOCKER_HUB + "/";
    String repository = image.repository();
    if (!image.registry().equals(ImageReference.DOCKER_HUB)) {
      return repository;
    }
    String path = repository.startsWith(hub) ? repository.substring(hub.length()) : repository;
    return hub + (path.contains("/") ? path : "library/" + path);
  }

  private static String suffix(ImageReference image) {
    return (image.isImmutable() ? "@" : ":") + image.tagOrDigest();
  }
}
