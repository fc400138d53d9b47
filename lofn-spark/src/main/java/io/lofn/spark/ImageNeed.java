package io.lofn.spark;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.net.URI;
import java.util.Optional;

/**
 * The image that a tool needs on a node.
 *
 * @param request its name, and when to ask a registry
 * @param archive what it is loaded from in place of a registry
 */
record ImageNeed(ImageRequest request, Optional<URI> archive) {

  /** What the tool and the session say. */
  static ImageNeed of(Tool<?, ?> tool, LofnConf conf) {
    return of(tool, conf, tool.image());
  }

  /**
   * The same for an image whose bytes the driver knows: a registry has nothing to add to a digest.
   *
   * @param digest such as {@code sha256:...}
   */
  static ImageNeed pinned(Tool<?, ?> tool, LofnConf conf, String digest) {
    ImageNeed need = of(tool, conf, ImageReference.parse(tool.image()).repository() + "@" + digest);
    return need.request.policy() == PullPolicy.ALWAYS
        ? new ImageNeed(need.request.policy(PullPolicy.MISSING), need.archive)
        : need;
  }

  private static ImageNeed of(Tool<?, ?> tool, LofnConf conf, String reference) {
    PullPolicy policy = tool.pullPolicy().orElseGet(() -> conf.get(LofnConf.PULL_POLICY));
    ImageRequest request =
        ImageRequest.of(reference).policy(policy).pullTimeout(conf.get(LofnConf.PULL_TIMEOUT));
    return new ImageNeed(
        tool.settings().platform().map(request::platform).orElse(request), tool.imageArchive());
  }

  /** Whether there may be other bytes the next time. */
  boolean mayChange() {
    return request.policy() == PullPolicy.ALWAYS && archive.isEmpty();
  }
}
