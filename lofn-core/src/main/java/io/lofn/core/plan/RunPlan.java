package io.lofn.core.plan;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.core.config.KeepPolicy;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one run shall be: the tool's settings, with the session's where the tool has none.
 *
 * @param operator what the user called, such as {@code map}
 * @param tool the tool
 * @param task whose run it is
 * @param settings the container's settings
 * @param exchangePath where the tool sees the exchange
 * @param timeout how long it may take, if that is limited
 * @param idleTimeout how long it may be silent, if that is limited
 * @param maxRecordSize the longest record of its output in bytes
 * @param stopGrace how long it may take to end after SIGTERM
 * @param image the image it needs
 * @param keep whether its exchange is kept
 * @param ownTmp whether the container's {@code /tmp} lies beside the exchange
 * @param reuse whether its container may have served other runs and may serve more
 * @param failFast how many equal failures of the partition cancel the job; 0: none does
 */
public record RunPlan(
    String operator,
    Tool<?, ?> tool,
    TaskIdentity task,
    ContainerSettings settings,
    String exchangePath,
    Optional<Duration> timeout,
    Optional<Duration> idleTimeout,
    long maxRecordSize,
    Duration stopGrace,
    ImageRequirement image,
    KeepPolicy keep,
    boolean ownTmp,
    boolean reuse,
    int failFast) {

  /**
   * In the script's own first line, so that what a shell says of its lines stays right. By {@code
   * command} an option that a shell does not know does not end it, without a process for a try; the
   * script finds the exit code 0 either way.
   */
  private static final String PIPEFAIL = "command set -o pipefail 2>/dev/null || :; ";

  public static RunPlan of(
      String operator,
      Tool<?, ?> tool,
      ImageRequirement image,
      TaskScope task,
      LofnConfig conf,
      ContainerLabels containerLabels) {
    ContainerSettings settings = settings(tool.settings(), task, conf, containerLabels);
    return new RunPlan(
        operator,
        tool,
        task.identity(),
        settings,
        conf.get(LofnConfig.EXCHANGE_PATH),
        tool.timeout().or(() -> conf.find(LofnConfig.RUN_TIMEOUT)),
        tool.idleTimeout().or(() -> conf.find(LofnConfig.RUN_IDLE_TIMEOUT)),
        conf.get(LofnConfig.RECORD_MAX_SIZE),
        conf.get(LofnConfig.STOP_GRACE),
        image,
        conf.get(LofnConfig.KEEP),
        conf.get(LofnConfig.CONTAINER_TMP) && hasNoTmp(tool, conf.get(LofnConfig.EXCHANGE_PATH)),
        settings.reuse().orElseGet(() -> conf.get(LofnConfig.REUSE)) && canShareAContainer(tool),
        conf.get(LofnConfig.FAIL_FAST) ? conf.get(LofnConfig.FAIL_FAST_FAILURES) : 0);
  }

  private static boolean hasNoTmp(Tool<?, ?> tool, String exchangePath) {
    return !exchangePath.equals(Exchange.TMP)
        && !tool.settings().tmpfs().containsKey(Exchange.TMP)
        && tool.volumes().stream().noneMatch(volume -> volume.target().equals(Exchange.TMP));
  }

  /** What the image says is not known, and what is in memory cannot be emptied from outside. */
  private static boolean canShareAContainer(Tool<?, ?> tool) {
    return !tool.usesImageEntrypoint()
        && !tool.argv().isEmpty()
        && !tool.argv().get(0).startsWith("-")
        && tool.settings().tmpfs().isEmpty();
  }

  private static ContainerSettings settings(
      ContainerSettings own, TaskScope task, LofnConfig conf, ContainerLabels containerLabels) {
    ContainerSettings.Builder settings = own.toBuilder();
    settings.limits(own.limits().orElse(limits(task, conf)));
    containerLabels.labels(task.identity()).forEach(settings::label);
    settings.environment(RunVariables.EXCHANGE, conf.get(LofnConfig.EXCHANGE_PATH));
    if (own.user().isEmpty()) {
      containerLabels.user().ifPresent(settings::user);
    }
    return settings.build();
  }

  private static ResourceLimits limits(TaskScope task, LofnConfig conf) {
    double cpus = conf.find(LofnConfig.CPUS).orElseGet(task::cpus);
    ResourceLimits limits =
        ResourceLimits.none()
            .cpus(Math.min(cpus, Runtime.getRuntime().availableProcessors()))
            .pids(conf.get(LofnConfig.PIDS));
    ResourceLimits disk = conf.find(LofnConfig.RUN_MAX_DISK).map(limits::disk).orElse(limits);
    return conf.find(LofnConfig.MEMORY).map(disk::memory).orElse(disk);
  }

  /**
   * Whether its exchange may lie in memory: if it is not kept, and if a next attempt can do
   * without.
   */
  public boolean mayUseMemory() {
    return keep == KeepPolicy.NEVER && task.attempt() == 0;
  }

  /** What its container is held to. */
  public ContainerSession.Terms terms() {
    return new ContainerSession.Terms(
        tool.image() + " " + task.fileName(), stopGrace, timeout, idleTimeout);
  }

  /** Whether the tool has a user of its own, which may be any. */
  public boolean anyUser() {
    return tool.settings().user().isPresent();
  }

  /** Whether the tool's standard input or output carry records. */
  private boolean streams() {
    return tool.input().usesStdin() || tool.output().usesStdout();
  }

  /** Names in the exchange at which the tool sees something else; a volume is refused there. */
  public Set<String> mountPoints() {
    String within = exchangePath + "/";
    return settings.tmpfs().keySet().stream()
        .filter(target -> target.startsWith(within))
        .map(target -> target.substring(within.length()))
        .collect(Collectors.toSet());
  }

  /** The tool's command as it is started: what its author does not write is added. */
  public static List<String> argv(Tool<?, ?> tool) {
    if (!tool.usesPipefail()) {
      return tool.argv();
    }
    List<String> argv = new ArrayList<>(tool.argv());
    argv.add(PIPEFAIL + argv.remove(argv.size() - 1));
    return argv;
  }

  /** What has to be heeded when its command is started. */
  public CommandStart start(PreparedImage prepared) {
    return new CommandStart(streams(), tool.acceptedExitCodes(), prepared.config());
  }

  private Map<String, String> variables(PreparedImage prepared, Optional<String> inputFile) {
    return RunVariables.of(
        settings,
        prepared.config().environment(),
        task,
        ownTmp || settings.tmpfs().containsKey(Exchange.TMP),
        inputFile);
  }

  /**
   * What to start, once everything it needs is on the node.
   *
   * @param mounts what the container sees of the node
   * @param inputFile the file that Spark reads the partition from, if it says so
   */
  public ContainerSpec spec(
      String name, PreparedImage prepared, List<Mount> mounts, Optional<String> inputFile) {
    ContainerSettings.Builder ofRun = settings.toBuilder().label(ContainerLabels.RUN, name);
    variables(prepared, inputFile).forEach(ofRun::environment);
    ContainerSpec.Builder spec = ContainerSpec.builder(name, prepared.id()).settings(ofRun.build());
    mounts.forEach(spec::mount);
    if (tool.usesImageEntrypoint()) {
      spec.arguments(argv(tool));
    } else {
      spec.command(argv(tool));
    }
    if (tool.input().usesStdin()) {
      spec.stdin();
    }
    return spec.build();
  }
}
