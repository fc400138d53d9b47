package org.example.bubblewrap;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs tools in sandboxes of bubblewrap, from unpacked root file systems of the node. It has no
 * daemon, needs no root, and starts in milliseconds.
 *
 * <p>It is used only if {@code spark.lofn.runtime} names it: a node that has {@code bwrap}, such as
 * a desktop, is not necessarily set up to run tools in it.
 */
public final class BubblewrapRuntimeProvider implements ContainerRuntimeProvider {

  private static final String COMMAND = "command";
  private static final String IMAGES = "images";

  /** Creates the provider; does no work. */
  public BubblewrapRuntimeProvider() {}

  @Override
  public String name() {
    return "bubblewrap";
  }

  @Override
  public int priority() {
    return NAMED_ONLY;
  }

  @Override
  public Map<String, String> properties() {
    return Map.of(
        COMMAND,
        "the program; bwrap on the PATH unless set",
        IMAGES,
        "the directory of the images: busybox:1 is its subdirectory busybox+1, a root file system");
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    Optional<Path> images = config.property(IMAGES).map(Path::of);
    if (images.isEmpty()) {
      return Optional.of(
          "spark.lofn.bubblewrap.images is not set; set it to the directory of images");
    }
    if (!Files.isDirectory(images.get())) {
      return Optional.of(
          "the directory " + images.get() + " (spark.lofn.bubblewrap.images) does not exist");
    }
    try {
      // Where the kernel allows no user namespaces, bwrap exists but cannot start anything.
      probe(config, "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true");
      return Optional.empty();
    } catch (EngineException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    Path images =
        config
            .property(IMAGES)
            .map(Path::of)
            .orElseThrow(() -> new EngineException("spark.lofn.bubblewrap.images is not set"));
    return new BubblewrapRuntime(
        command(config), probe(config, "--version").strip(), new Images(images));
  }

  private static String probe(RuntimeConfig config, String... arguments) {
    return Bwrap.run(command(config), List.of(arguments), config.callTimeout());
  }

  private static String command(RuntimeConfig config) {
    return config.property(COMMAND).orElse("bwrap");
  }
}
