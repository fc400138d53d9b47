package io.lofn.core.probe;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.config.ProbeMode;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.PreparedImage;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the mounts of a runtime before this executor's first run with it, if they may fail.
 * Concurrent runs wait. The next run repeats a failed probe.
 */
public final class StartProbe {

  private static final Logger LOG = LoggerFactory.getLogger(StartProbe.class);

  /** Files that Docker, Podman and Kubernetes leave in a container. */
  private static final List<Path> MARKS =
      List.of(Path.of("/.dockerenv"), Path.of("/run/.containerenv"));

  private static final String KUBERNETES = "KUBERNETES_SERVICE_HOST";

  private final MountProbe mounts;
  private final Supplier<ProcessUser> me;
  private final boolean mayProbe;
  private final boolean wanted;
  private final Set<String> probed = ConcurrentHashMap.newKeySet();
  private final Map<String, Object> locks = new ConcurrentHashMap<>();

  @Inject
  StartProbe(MountProbe mounts, HostPathMapping paths, LofnConfig conf) {
    this(mounts, paths, conf, ProcessUser::current);
  }

  StartProbe(MountProbe mounts, HostPathMapping paths, LofnConfig conf, Supplier<ProcessUser> me) {
    this.mounts = mounts;
    this.me = me;
    this.mayProbe = conf.get(LofnConfig.PROBE) != ProbeMode.NEVER;
    this.wanted =
        switch (conf.get(LofnConfig.PROBE)) {
          case ALWAYS -> true;
          case NEVER -> false;
          case AUTO -> !paths.isEmpty() || seemsToBeInContainer();
        };
  }

  /** Returns whether this executor seems to run in a container. */
  public static boolean seemsToBeInContainer() {
    return System.getenv(KUBERNETES) != null || MARKS.stream().anyMatch(Files::exists);
  }

  /** Returns whether a probe of a tool's mounts or user may be necessary, and take time. */
  public boolean isDue(SelectedRuntime runtime, PreparedImage image, Tool<?, ?> tool) {
    String user = tool.settings().user().orElse("");
    return !isSettled(runtime, image)
        || !(isOwn(user) || probed.contains(ofUser(runtime, image, user)));
  }

  /** Returns whether no other user's files are to be expected, or nobody wants to know. */
  private boolean isOwn(String user) {
    return user.isEmpty() || !mayProbe || me.get().uid() == 0 || me.get().isNamed(user);
  }

  private static String ofUser(SelectedRuntime runtime, PreparedImage image, String user) {
    return "%s %s %s".formatted(runtime.name(), image.id(), user);
  }

  private boolean isSettled(SelectedRuntime runtime, PreparedImage image) {
    return !wanted || probed.contains(runtime.name()) || probed.contains(untold(runtime, image));
  }

  /**
   * Probes the mounts, unless that is done or switched off.
   *
   * @param image any image of the node; one without a shell gives no result, and the next run's is
   *     tried
   * @throws EngineException if the mounts do not work; names the cause and what to do
   */
  public void check(SelectedRuntime runtime, PreparedImage image, TaskIdentity task) {
    if (isSettled(runtime, image)) {
      return;
    }
    synchronized (locks.computeIfAbsent(runtime.name(), name -> new Object())) {
      if (!probed.contains(runtime.name())) {
        requireWorking(runtime, image, mounts.look(runtime, image, task));
      }
    }
  }

  /**
   * Probes, once for each image and user, whether the executor can delete the files of a tool that
   * runs as another user: as root, or because the engine maps the user.
   *
   * @throws LofnException if it cannot, or the probe is inconclusive
   */
  public void checkUser(
      SelectedRuntime runtime, PreparedImage image, Tool<?, ?> tool, TaskIdentity task) {
    String user = tool.settings().user().orElse("");
    if (isOwn(user)) {
      return;
    }
    String key = ofUser(runtime, image, user);
    synchronized (locks.computeIfAbsent(key, name -> new Object())) {
      if (probed.contains(key)) {
        return;
      }
      ProbeResult found = mounts.lookAs(user, runtime, image, task);
      if (found.kind() != ProbeResult.Kind.GOOD) {
        throw new LofnException(
            "%s would run as user '%s', but the executor is user %s and cannot delete that user's files: %s (probed with %s). Remove Tool.user, run executors as root, or use an engine that maps that user to the executor's. (%s=never skips this probe, and leaves files on the node.)"
                .formatted(
                    tool.image(),
                    user,
                    me.get(),
                    found.problem(),
                    runtime,
                    LofnConfig.PROBE.name()));
      }
      probed.add(key);
    }
  }

  /**
   * Explains a start that the engine refused since something was denied: by the same probe, which
   * is made now where it was not before. Engines with user namespaces (userns-remap) fail so, in
   * words that name neither users nor the executor's directory.
   *
   * @return the failure itself if the mounts are not the reason
   */
  public EngineException explain(
      SelectedRuntime runtime, PreparedImage image, TaskIdentity task, EngineException failure) {
    if (!mayProbe
        || probed.contains(runtime.name())
        || !ProbeResult.isDenied(String.valueOf(failure.getMessage()))) {
      return failure;
    }
    ProbeResult found;
    try {
      found = mounts.look(runtime, image, task);
    } catch (EngineException notProbed) {
      failure.addSuppressed(notProbed);
      return failure;
    }
    try {
      requireWorking(runtime, image, found);
      return failure;
    } catch (EngineException explained) {
      explained.addSuppressed(failure);
      return explained;
    }
  }

  private void requireWorking(SelectedRuntime runtime, PreparedImage image, ProbeResult found) {
    switch (found.kind()) {
      case GOOD -> {
        LOG.info("Probe passed: containers of {} see the files of this executor", runtime);
        probed.add(runtime.name());
      }
      case UNTOLD -> {
        LOG.warn(
            "Cannot probe whether containers of {} see the files of this executor with image {}:"
                + " {}",
            runtime,
            image.reference(),
            found.problem());
        probed.add(untold(runtime, image));
      }
      case BAD ->
          throw new EngineException(
              "Tools cannot run on this node with %s: %s. %s (%s=never skips this probe.)"
                  .formatted(runtime, found.problem(), found.advice(), LofnConfig.PROBE.name()));
    }
  }

  private static String untold(SelectedRuntime runtime, PreparedImage image) {
    return runtime.name() + " " + image.id();
  }
}
