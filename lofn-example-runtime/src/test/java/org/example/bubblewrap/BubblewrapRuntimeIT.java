package org.example.bubblewrap;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class BubblewrapRuntimeIT extends ContainerRuntimeContract {

  @TempDir private static Path images;

  @Override
  protected ContainerRuntime createRuntime() throws Exception {
    BusyboxImage.makeIn(images);
    return new BubblewrapRuntimeProvider()
        .create(RuntimeConfig.of(Map.of("images", images.toString())));
  }

  @Override
  protected Optional<String> configuredImage(ContainerRuntime runtime, ImageConfig config)
      throws Exception {
    Path root = BusyboxImage.makeIn(images, "configured+1");
    Files.write(
        Files.createDirectories(root.resolve("ch")).resolve("environment"),
        config.environment().entrySet().stream().map(Object::toString).toList());
    return Optional.of("configured:1");
  }

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "bubblewrap");
  }
}
