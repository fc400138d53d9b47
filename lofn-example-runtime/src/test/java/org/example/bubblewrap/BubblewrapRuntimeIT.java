package org.example.bubblewrap;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class BubblewrapRuntimeIT extends ContainerRuntimeContract {

  @TempDir private static Path images;

  @Override
  protected ContainerRuntime createRuntime() throws Exception {
    BusyboxImage.makeIn(images);
    return new BubblewrapRuntimeProvider()
        .create(RuntimeConfig.of(Map.of("images", images.toString())));
  }
}
