package org.example.bubblewrap;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts sandboxes, and lists those that it has started.
 *
 * <p>It keeps its records only in memory. That is enough, because a sandbox never outlives this
 * JVM: with {@code --die-with-parent} the kernel ends it, even when the JVM is killed. A runtime
 * whose containers outlive the JVM needs persistent records, so that periodic clean-up finds the
 * containers of dead executors.
 */
final class BubblewrapRuntime implements ContainerRuntime {

  private static final Set<RuntimeFeature> UNSUPPORTED =
      Collections.unmodifiableSet(
          EnumSet.of(
              // An image is a directory of files, without a configuration.
              RuntimeFeature.IMAGE_COMMAND,
              RuntimeFeature.PLATFORMS,
              RuntimeFeature.PULL,
              // bwrap creates no control groups.
              RuntimeFeature.CPUS,
              RuntimeFeature.MEMORY,
              RuntimeFeature.PIDS,
              RuntimeFeature.OUT_OF_MEMORY_DETECTION,
              // All capabilities are dropped, but not from the bounding set; none can be kept where
              // bwrap runs without root, and no_new_privs is always set.
              RuntimeFeature.PRIVILEGES,
              RuntimeFeature.USERS,
              // It could mount them, but not with fewer permissions than their files have.
              RuntimeFeature.DEVICES,
              // bwrap has had overlays only since 0.11. A tool may write /tmp.
              RuntimeFeature.WRITABLE_ROOT,
              RuntimeFeature.ENGINE_OPTIONS));

  private final String command;
  private final String version;
  private final Images images;
  private final Map<String, Sandbox> sandboxes = new ConcurrentHashMap<>();

  BubblewrapRuntime(String command, String version, Images images) {
    this.command = command;
    this.version = version;
    this.images = images;
  }

  @Override
  public String engine() {
    return "%s (%s) with the images of %s".formatted(version, command, images.directory());
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return UNSUPPORTED;
  }

  /** Returns true: the sandbox inherits the pipes of its process. */
  @Override
  public boolean directStreams() {
    return true;
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    String id = images.find(request.reference());
    return PreparedImage.of(request.reference(), id).config(Images.config(Path.of(id)));
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    Path root = Images.root(spec.image());
    Requests.refuseWhatCannotBeLeftOut(spec);
    List<String> arguments = new SandboxArguments(root, spec).toList();
    // The name is the id. It is reserved before the start, so that it is never used twice.
    Sandbox sandbox = new Sandbox(spec, () -> sandboxes.remove(spec.name()));
    if (sandboxes.putIfAbsent(spec.name(), sandbox) != null) {
      throw EngineException.transientFailure(
          "The container name " + spec.name() + " is in use",
          new IllegalStateException(spec.name()));
    }
    try {
      sandbox.start(command, arguments);
      return sandbox;
    } catch (RuntimeException e) {
      sandboxes.remove(spec.name());
      throw e;
    }
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return sandboxes.values().stream()
        .map(Sandbox::summary)
        .filter(summary -> summary.labels().entrySet().containsAll(labels.entrySet()))
        .toList();
  }

  @Override
  public void remove(String id) {
    Sandbox sandbox = sandboxes.get(id);
    if (sandbox != null) {
      sandbox.close();
    }
  }

  @Override
  public void close() {}
}
