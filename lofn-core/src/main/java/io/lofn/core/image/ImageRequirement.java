package io.lofn.core.image;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.net.URI;
import java.util.Optional;

/**
 * The image that a tool needs on a node.
 *
 * @param request the image's name and pull policy
 * @param archive the archive to load it from in place of a registry
 * @param digest the digest that the name stands for, if the driver knows it
 */
public record ImageRequirement(
    ImageRequest request, Optional<URI> archive, Optional<String> digest) {

  /** Returns what a tool and the session require. */
  public static ImageRequirement of(Tool<?, ?> tool, LofnConfig conf, Optional<String> digest) {
    PullPolicy policy = tool.pullPolicy().orElseGet(() -> conf.get(LofnConfig.PULL_POLICY));
    ImageRequest request =
        ImageRequest.of(tool.image()).policy(policy).pullTimeout(conf.get(LofnConfig.PULL_TIMEOUT));
    return new ImageRequirement(
        tool.settings().platform().map(request::platform).orElse(request),
        tool.imageArchive(),
        digest);
  }

  /**
   * Returns a request for the same image by its digest. If the node has the image, no registry is
   * asked.
   */
  public Optional<ImageRequest> pinned() {
    return digest.map(
        bytes -> {
          String name = ImageReference.parse(request.reference()).repository() + "@" + bytes;
          ImageRequest same =
              ImageRequest.of(name)
                  .policy(
                      request.policy() == PullPolicy.NEVER ? PullPolicy.NEVER : PullPolicy.MISSING)
                  .pullTimeout(request.pullTimeout());
          return request.platform().map(same::platform).orElse(same);
        });
  }

  /** Returns whether the name may stand for other bytes next time. */
  boolean mayChange() {
    return request.policy() == PullPolicy.ALWAYS && archive.isEmpty() && digest.isEmpty();
  }
}
