package io.lofn.core.check;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.LofnException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.exchange.TmpfsExchange;
import io.lofn.core.image.ImagePreparer;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.probe.MountProbe;
import io.lofn.core.probe.ProbeResult;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeFeature;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * Checks this node for the doctor. Concurrent tasks of one check on this node wait for the first of
 * them and return its results.
 */
public final class NodeCheck {

  static final String USER = "user";
  static final String ENCODING = "encoding";
  static final String DISK = "free disk";
  static final String RUNTIME = "runtime";
  static final String PASSED_OVER = "passed over";
  static final String IMAGE = "image";
  static final String MOUNTS = "mounts";

  private static final String ENGINE_ADVICE =
      "Install an engine on the node, or start it. The runtime embedded needs none: its reason says"
          + " what keeps it. If an engine's socket denies the executor's user, add"
          + " that user to the engine's group and restart what starts executors (YARN's node"
          + " manager, Spark's worker): groups are read when a process starts. See"
          + " docs/clusters.md.";

  private static final String IMAGE_ADVICE =
      "Name an image that the node has or can pull (--image), or give the nodes its archive"
          + " (--archive). See docs/images.md.";

  private static final double GIB = 1 << 30;

  private final TaskCalls calls;
  private final NodeRuntime runtimes;
  private final ImagePreparer images;
  private final ContainerChecks containers;
  private final MountProbe mounts;
  private final NodeEnvironment directories;
  private final ContainerLabels containerLabels;
  private final LofnConfig conf;
  private String examination = "";
  private List<CheckResult> found = List.of();

  @Inject
  NodeCheck(
      TaskCalls calls,
      NodeRuntime runtimes,
      ImagePreparer images,
      ContainerChecks containers,
      MountProbe mounts,
      NodeEnvironment directories,
      ContainerLabels containerLabels,
      LofnConfig conf) {
    this.calls = calls;
    this.runtimes = runtimes;
    this.images = images;
    this.containers = containers;
    this.mounts = mounts;
    this.directories = directories;
    this.containerLabels = containerLabels;
    this.conf = conf;
  }

  /**
   * Checks the node, unless the same check has already done so.
   *
   * @param tool the tool whose image is prepared, and whose volumes are staged and checked
   */
  public synchronized List<CheckResult> examine(
      String examination, Tool<String, String> tool, ImageRequirement need, TaskScope task) {
    if (!this.examination.equals(examination)) {
      List<CheckResult> findings = new ArrayList<>(List.of(user(), encoding(), disk()));
      examineEngine(tool, need, task, findings);
      this.found = List.copyOf(findings);
      this.examination = examination;
    }
    return found;
  }

  /** Runs the checks in order; each requires that those before it passed. */
  private void examineEngine(
      Tool<String, String> tool,
      ImageRequirement need,
      TaskScope task,
      List<CheckResult> findings) {
    Optional<SelectedRuntime> runtime = runtime(task, findings);
    Optional<PreparedImage> image = runtime.flatMap(each -> image(each, need, task, findings));
    if (runtime.isEmpty() || image.isEmpty()) {
      return;
    }
    CheckResult mounted = mounted(runtime.get(), image.get(), task);
    findings.add(mounted);
    if (mounted.good()) {
      boolean open =
          runtime.get().runtime().unsupportedFeatures().contains(RuntimeFeature.NETWORK_ISOLATION);
      findings.add(containers.network(tool, need, task, open));
      tool.volumes().forEach(volume -> findings.add(containers.volume(tool, volume, need, task)));
    }
  }

  private Optional<SelectedRuntime> runtime(TaskScope task, List<CheckResult> findings) {
    try {
      SelectedRuntime runtime = calls.call(task, runtimes::get);
      findings.add(CheckResult.good(RUNTIME, runtime.toString()));
      if (!runtimes.passedOver().isEmpty()) {
        findings.add(passedOver(runtimes.passedOver()));
      }
      return Optional.of(runtime);
    } catch (LofnException e) {
      findings.add(CheckResult.bad(RUNTIME, e.getMessage(), ENGINE_ADVICE));
      return Optional.empty();
    }
  }

  /** What is to be said of runtimes that come before the chosen one, each with its reason. */
  public static CheckResult passedOver(Map<String, String> reasons) {
    return CheckResult.note(
        PASSED_OVER,
        String.join(", ", reasons.keySet()),
        reasons.entrySet().stream()
            .map(reason -> "  " + reason.getKey() + ": " + reason.getValue().strip())
            .collect(Collectors.joining("\n")));
  }

  private Optional<PreparedImage> image(
      SelectedRuntime runtime, ImageRequirement need, TaskScope task, List<CheckResult> findings) {
    int stage = task.identity().stage();
    try {
      boolean present = isPresent(runtime, need, task);
      PreparedImage image = calls.call(task, () -> images.prepare(runtime, need, stage));
      String fetched = need.archive().isPresent() ? "loaded" : "pulled";
      findings.add(CheckResult.good(IMAGE, present ? "present" : fetched));
      return Optional.of(image);
    } catch (LofnException e) {
      findings.add(CheckResult.bad(IMAGE, e.getMessage(), IMAGE_ADVICE));
      return Optional.empty();
    }
  }

  private CheckResult user() {
    String name = ProcessUser.name().orElse("without a name");
    return CheckResult.good(
        USER, containerLabels.user().map(ids -> name + " (" + ids + ")").orElse(name));
  }

  private static CheckResult encoding() {
    return encoding(System.getProperty("sun.jnu.encoding", "unknown"));
  }

  /**
   * Returns the result for an encoding.
   *
   * @param encoding the encoding in which the JVM passes file names and program arguments to the
   *     system
   */
  public static CheckResult encoding(String encoding) {
    return encoding.equals("UTF-8")
        ? CheckResult.good(ENCODING, encoding)
        : CheckResult.warning(
            ENCODING,
            encoding,
            "the locale of the executor's JVM is not UTF-8 (sun.jnu.encoding=%s): lofn reads and writes the names of a tool's files in UTF-8 nevertheless, but java.io.File, local binary outputs and runtimes that call a command do not support other characters"
                .formatted(encoding),
            "Set spark.executorEnv.LC_ALL=C.UTF-8, and LC_ALL=C.UTF-8 for the driver, if names or"
                + " arguments are not ASCII.");
  }

  private CheckResult disk() {
    StringJoiner closed = new StringJoiner(", ");
    StringJoiner full = new StringJoiner(", ");
    for (Path path : directories.paths()) {
      if (!Files.isWritable(existing(path))) {
        closed.add(path.toString());
      } else if (ExchangeDisk.freeBytes(path) < conf.get(LofnConfig.TMP_MIN_FREE)) {
        full.add("%s has %s".formatted(path, free(path)));
      }
    }
    if (closed.length() > 0) {
      return CheckResult.bad(
          DISK,
          "the executor has no write permission for " + closed,
          "Make them writable for the executor's user, or set %s to a writable directory."
              .formatted(LofnConfig.TMP_DIR.name()));
    }
    if (full.length() > 0) {
      return CheckResult.bad(
          DISK,
          "less than %s=%d is free: %s"
              .formatted(LofnConfig.TMP_MIN_FREE.name(), conf.get(LofnConfig.TMP_MIN_FREE), full),
          "Free space, or set %s to a directory on a larger disk."
              .formatted(LofnConfig.TMP_DIR.name()));
    }
    return new TmpfsExchange(conf).problem().map(NodeCheck::noMemory).orElseGet(this::leastFree);
  }

  private static CheckResult noMemory(String problem) {
    return CheckResult.bad(
        DISK,
        problem,
        "Mount a tmpfs with size= there, or set %s to one, such as /dev/shm."
            .formatted(LofnConfig.TMP_MEMORY_DIR.name()));
  }

  private CheckResult leastFree() {
    Path least =
        directories.paths().stream()
            .min(Comparator.comparing(ExchangeDisk::freeBytes))
            .orElseThrow();
    return CheckResult.good(DISK, free(least) + " in " + least);
  }

  private static Path existing(Path directory) {
    Path path = directory;
    while (Files.notExists(path) && path.getParent() != null) {
      path = path.getParent();
    }
    return path;
  }

  private static String free(Path path) {
    return String.format(Locale.ROOT, "%.1f GiB", ExchangeDisk.freeBytes(path) / GIB);
  }

  private boolean isPresent(SelectedRuntime runtime, ImageRequirement need, TaskScope task) {
    ImageRequest wanted = need.pinned().orElse(need.request()).policy(PullPolicy.NEVER);
    try {
      PreparedImage unused = calls.call(task, () -> runtime.runtime().prepare(wanted));
      return true;
    } catch (ImageUnavailableException absent) {
      return false;
    }
  }

  private CheckResult mounted(SelectedRuntime runtime, PreparedImage image, TaskScope task) {
    try {
      ProbeResult found = calls.call(task, () -> mounts.look(runtime, image, task.identity()));
      return switch (found.kind()) {
        case GOOD -> CheckResult.good(MOUNTS, "read and write");
        case BAD -> CheckResult.bad(MOUNTS, found.problem(), found.advice());
        case UNTOLD ->
            CheckResult.bad(
                MOUNTS, found.problem(), "Give the doctor an --image that has sh and cat.");
      };
    } catch (EngineException e) {
      return CheckResult.bad(
          MOUNTS, e.getMessage(), "The engine cannot run a container: see its log on the node.");
    } catch (LofnException e) {
      return CheckResult.bad(MOUNTS, e.getMessage(), "See the other lines of this node.");
    }
  }
}
