package io.lofn.http;

import io.lofn.spi.ImageReference;
import java.util.Set;

/**
 * The name of an image with all that users may leave out, as all engines understand it.
 *
 * @param registry host and port
 * @param path the repository, without the registry
 * @param tagOrDigest one of both
 */
public record RegistryName(String registry, String path, String tagOrDigest) {

  private static final Set<String> DOCKER_HUB =
      Set.of(ImageReference.DOCKER_HUB, "index.docker.io");

  /**
   * Completes a name.
   *
   * @param reference as a user writes it; not an id
   * @return the name
   */
  public static RegistryName of(ImageReference reference) {
    String path = reference.repository();
    String registry = reference.registry();
    if (path.startsWith(registry + "/")) {
      path = path.substring(registry.length() + 1);
    }
    if (DOCKER_HUB.contains(registry)) {
      registry = ImageReference.DOCKER_HUB;
      path = path.contains("/") ? path : "library/" + path;
    }
    return new RegistryName(registry, path, reference.tagOrDigest());
  }

  /**
   * Returns the name of the same repository's image with a digest.
   *
   * @param digest such as {@code sha256:...}
   * @return the name
   */
  public RegistryName at(String digest) {
    return new RegistryName(registry, path, digest);
  }

  @Override
  public String toString() {
    return registry + "/" + path + (tagOrDigest.contains(":") ? "@" : ":") + tagOrDigest;
  }
}
