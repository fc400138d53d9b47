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
 * @param request its name, and when to ask a registry
 * @param archive what it is loaded from in place of a registry
 * @param digest which bytes the name stands for, if the driver knows that
 */
public record ImageRequirement(
    ImageRequest request, Optional<URI> archive, Optional<String> digest) {

  /** What the tool and the session say. */
  public static ImageRequirement of(Tool<?, ?> tool, LofnConfig conf, Optional<String> digest) {
    PullPolicy policy = tool.pullPolicy().orElseGet(() -> conf.get(LofnConfig.PULL_POLICY));
    ImageRequest request =
        ImageRequest.of(tool.image()).policy(policy).pullTimeout(conf.get(LofnConfig.PULL_TIMEOUT));
    return new ImageRequirement(
        tool.settings().platform().map(request::platform).orElse(request),
        tool.imageArchive(),
        digest);
  }

  /** The same image by its digest, which a registry has nothing to add to. */
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

  /** Whether there may be other bytes the next time. */
  boolean mayChange() {
    return request.policy() == PullPolicy.ALWAYS && archive.isEmpty() && digest.isEmpty();
  }
}
