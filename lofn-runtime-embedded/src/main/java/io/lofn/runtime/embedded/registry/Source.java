package io.lofn.runtime.embedded.registry;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import okhttp3.HttpUrl;

/**
 * Where an image can be had: its registry, a mirror of that, or a store that nodes share.
 *
 * @param host and port, as the user writes them
 * @param path the repository there
 * @param plain whether it is named as insecure, and so uses HTTP
 * @param asked the image as the user names it
 */
public record Source(String host, String path, boolean plain, ImageReference asked) {

  /** Where the registry of Docker Hub answers. */
  private static final String DOCKER_HUB_API = "registry-1.docker.io";

  /** Returns the image's name there, under which its credentials are stored. */
  ImageReference there() {
    return new ImageReference(host + "/" + path, asked.tagOrDigest(), host, false);
  }

  /**
   * Returns the address of a manifest or blob.
   *
   * @param kind {@code manifests} or {@code blobs}
   */
  HttpUrl url(String kind, String name) {
    String authority = host.equals(ImageReference.DOCKER_HUB) ? DOCKER_HUB_API : host;
    HttpUrl base = HttpUrl.parse((plain ? "http://" : "https://") + authority + "/v2/");
    if (base == null) {
      throw refused("'" + host + "' is not a host, or a host and a port", "");
    }
    return base.newBuilder().addPathSegments(path + "/" + kind + "/" + name).build();
  }

  /** Returns a failure that lasts. */
  ImageUnavailableException refused(String why, String whatToDo) {
    return new ImageUnavailableException(
        message(why) + (whatToDo.isEmpty() ? "" : "; " + whatToDo));
  }

  /** Returns a failure that may pass. */
  EngineException failed(String why, IOException cause) {
    return EngineException.transientFailure(message(why), cause);
  }

  /** Returns a message that names the image and where it is asked for. */
  public String message(String why) {
    return "Image %s%s%s cannot be had from %s: %s"
        .formatted(
            asked.repository(), asked.isImmutable() ? "@" : ":", asked.tagOrDigest(), host, why);
  }
}
