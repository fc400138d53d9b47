package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.cgroup.Cgroups;
import io.lofn.runtime.embedded.store.ImageStore;
import io.lofn.runtime.embedded.store.UnpackedRoot;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.ReplayDocuments;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs containers as child processes of this one, by the program {@code lofn-run}. */
public final class EmbeddedRuntime
    implements ContainerRuntime, ImageArchives, ImageDigests, ReplayDocuments {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

  /** Longer than between the tasks of a stage, and short for a node that has nothing to do. */
  private static final Duration SPARE_IDLE = Duration.ofSeconds(5);

  private final NodeSetup node;
  private final Cgroups cgroups;
  private final ImageStore images;
  private final ContainerRecords records;
  private final Sandboxes sandboxes;
  private final Launcher launcher;
  private final Set<RuntimeFeature> unsupported;
  private final Map<String, EmbeddedContainer> own = new ConcurrentHashMap<>();

  /**
   * Creates the runtime.
   *
   * @param node what containers need of the node
   * @param cgroups where containers' control groups are made
   * @param images the images
   */
  public EmbeddedRuntime(NodeSetup node, Cgroups cgroups, ImageStore images) {
    this.node = node;
    this.cgroups = cgroups.tried(node::probe);
    this.images = images;
    records = ContainerRecords.in(node.directory());
    sandboxes = new Sandboxes(node.program(), this.cgroups, SPARE_IDLE);
    launcher = new Launcher(node.callTimeout());
    unsupported = Set.copyOf(unsupported());
    removeLeftovers();
  }

  private Set<RuntimeFeature> unsupported() {
    Set<RuntimeFeature> lacking =
        EnumSet.of(RuntimeFeature.PLATFORMS, RuntimeFeature.ENGINE_OPTIONS);
    lacking.addAll(cgroups.unsupported());
    if (node.canLimitProcessesByUser()) {
      lacking.remove(RuntimeFeature.PIDS);
    }
    if (!node.hasOverlay()) {
      lacking.add(RuntimeFeature.WRITABLE_ROOT);
    }
    if (!node.mountsBelowVolumes()) {
      lacking.add(RuntimeFeature.READ_ONLY_SUBMOUNTS);
    }
    return lacking;
  }

  @Override
  public String engine() {
    return "%s, with %s".formatted(node, cgroups);
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return unsupported;
  }

  /** Returns true: the tool inherits the pipes of this process. */
  @Override
  public boolean directStreams() {
    return true;
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    PreparedImage image = images.prepare(request);
    // What a tool writes there is thrown away with the container in any case.
    return image.config(image.config().volumes(List.of()));
  }

  @Override
  public void load(Path archive, Duration timeout) {
    images.load(archive, timeout);
  }

  @Override
  public Optional<String> digest(ImageRequest request) {
    return images.digest(request);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    if (!spec.settings().engineOptions().isEmpty()) {
      throw new EngineException(
          "The runtime embedded has no engine options (Tool.engineOptions): %s; remove them, or use another runtime"
              .formatted(spec.settings().engineOptions()));
    }
    Holdings holdings = new Holdings();
    try {
      return start(spec, holdings);
    } catch (RuntimeException | Error e) {
      holdings.release();
      throw e;
    }
  }

  private RunningContainer start(ContainerSpec spec, Holdings holdings) {
    UnpackedRoot image = images.open(spec.image());
    ContainerRecords.Reservation record = records.reserve(spec.name(), spec.settings().labels());
    holdings.add(record::delete);
    SandboxDocument document = new SandboxDocument(node, spec, image.config(), image.root());
    Sandbox.Kind kind = document.kind();
    byte[] rest = document.rest(!cgroups.unsupported().contains(RuntimeFeature.PIDS));
    Sandbox sandbox = sandboxes.take(kind);
    holdings.add(() -> sandboxes.end(sandbox));
    long first = launcher.launch(spec.name(), sandbox, rest, spec.stdin());
    sandboxes.prepare(kind, own.size() + 1);
    ContainerProcesses processes = ContainerProcesses.of(sandbox.process(), first);
    EmbeddedContainer container =
        new EmbeddedContainer(spec.name(), spec.stdin(), sandbox, processes, holdings);
    try {
      record.started(processes);
      own.put(spec.name(), container);
      holdings.add(() -> own.remove(spec.name(), container));
      return container;
    } catch (RuntimeException | Error e) {
      try {
        container.close();
      } catch (RuntimeException another) {
        e.addSuppressed(another);
      }
      throw e;
    }
  }

  @Override
  public byte[] replayDocument(ContainerSpec spec) {
    UnpackedRoot image = images.open(spec.image());
    return new SandboxDocument(node, spec, image.config(), image.root()).whole();
  }

  @Override
  public List<String> replayCommand() {
    return List.of(node.program().path().toString(), "--file");
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    removeLeftovers();
    return records.list(labels);
  }

  private void removeLeftovers() {
    records.removeLeftovers();
    cgroups.removeLeftovers();
  }

  @Override
  public void remove(String id) {
    EmbeddedContainer container = own.get(id);
    if (container != null) {
      container.close();
      return;
    }
    Optional<ContainerProcesses> others = records.find(id);
    if (others.isPresent()) {
      try {
        others.get().kill();
        awaitEnd(id, others.get());
      } catch (UncheckedIOException e) {
        throw EngineException.transientFailure(
            "Could not find the processes of container %s: %s".formatted(id, e.getMessage()), e);
      }
      records.forget(id);
    }
  }

  /** Another process is its parent, so nothing tells this one of its end. */
  private static void awaitEnd(String id, ContainerProcesses processes) {
    long begin = System.nanoTime();
    while (processes.isRunning()) {
      if (System.nanoTime() - begin > KILL_DEADLINE.toNanos()) {
        throw new EngineException(
            "Container %s was killed, but its process %d does not end"
                .formatted(id, processes.program()));
      }
      Uninterruptibly.sleep(BETWEEN_LOOKS);
    }
  }

  @Override
  public void close() {
    // Running containers go on.
    sandboxes.close();
  }
}
