package io.lofn.core.image;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.spi.PreparedImage;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does before the first task what the first task would wait for. */
public final class ExecutorWarmUp implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorWarmUp.class);

  /** An id that no stage of Spark has. */
  private static final int NO_STAGE = -1;

  private final NodeRuntime runtimes;
  private final ImagePreparer images;
  private final LofnConfig conf;

  @Inject
  ExecutorWarmUp(NodeRuntime runtimes, ImagePreparer images, LofnConfig conf) {
    this.runtimes = runtimes;
    this.images = images;
    this.conf = conf;
  }

  /** Chooses the runtime and pulls the images; skips an image that is not available. */
  @Override
  public void run() {
    SelectedRuntime runtime = runtimes.get();
    for (String image : conf.find(LofnConfig.PLUGIN_IMAGES).orElse(List.of())) {
      try {
        ImageRequirement need = ImageRequirement.of(Tool.pipe(image), conf, Optional.empty());
        PreparedImage prepared = images.prepare(runtime, need, NO_STAGE);
        LOG.info("Runtime {} has image {} as {}", runtime, image, prepared.id());
      } catch (LofnException e) {
        LOG.warn(
            "Cannot prepare image {} before its first use; the first task that needs it will retry:"
                + " {}",
            image,
            e.getMessage());
      }
    }
  }
}
