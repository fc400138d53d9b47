package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks on the driver which bytes a tool's image stands for. Whatever keeps that from being told is
 * no failure: a node that runs the tool may have the image nevertheless.
 */
final class ImagePins {

  private static final Logger LOG = LoggerFactory.getLogger(ImagePins.class);

  private final NodeRuntime runtime;
  private final LofnConf conf;
  private final Map<String, Optional<String>> known = new ConcurrentHashMap<>();

  @Inject
  ImagePins(NodeRuntime runtime, LofnConf conf) {
    this.runtime = runtime;
    this.conf = conf;
  }

  /**
   * The digest of a tool's image. Asked once for the life of the driver, unless it is always to be
   * pulled.
   *
   * @return empty if nobody here can tell, or it is not to be asked
   */
  Optional<String> digest(Tool<?, ?> tool) {
    if (!conf.get(LofnConf.IMAGE_PIN) || tool.imageArchive().isPresent()) {
      return Optional.empty();
    }
    ImageRequest request = ImageNeed.of(tool, conf, Optional.empty()).request();
    if (request.policy() == PullPolicy.ALWAYS) {
      Optional<String> now = ask(request);
      known.put(nameOf(request), now);
      return now;
    }
    return known.computeIfAbsent(nameOf(request), name -> ask(request));
  }

  private static String nameOf(ImageRequest request) {
    return request.reference() + " " + request.platform();
  }

  private Optional<String> ask(ImageRequest request) {
    try {
      if (ImageReference.parse(request.reference()).isImmutable()
          || !(runtime.get().runtime() instanceof ImageDigests digests)) {
        return Optional.empty();
      }
      Optional<String> digest = digests.digest(request);
      digest.ifPresent(found -> LOG.info("All nodes run {} as {}", request.reference(), found));
      return digest;
    } catch (LofnException e) {
      LOG.info("Each node takes {} as it finds it: {}", request.reference(), e.getMessage());
      return Optional.empty();
    }
  }
}
