package io.lofn.core.config;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.LofnException;
import io.lofn.api.NearestName;
import io.lofn.api.PullPolicy;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The session's {@code spark.lofn.*} configuration, typed. Immutable. It travels to executors as
 * the plain map of its texts.
 */
public final class LofnConfig {

  public static final String PREFIX = "spark.lofn.";

  /** A record is an array at least once, and is given its delimiter. */
  private static final long LONGEST_RECORD = 2047L << 20;

  public static final ConfigKey<List<String>> RUNTIME =
      ConfigKey.wordOrNames(
          "auto",
          "docker,podman",
          PREFIX + "runtime",
          "The container runtime of each node: `auto` takes the best one that works "
              + "there; a name takes that one; an ordered list of names takes the first one "
              + "that works.");
  public static final ConfigKey<String> EXCHANGE_PATH =
      ConfigKey.text(
          PREFIX + "exchange.path",
          "/shared",
          "The path at which a tool sees its exchange, the directory with its input and "
              + "output.");
  public static final ConfigKey<String> TMP_DIR =
      ConfigKey.text(
          PREFIX + "tmp.dir",
          "",
          "The directory for exchanges on each node, and for volumes unless "
              + "`spark.lofn.volumes.dir` is set. Not set: Spark's local directories.");
  public static final ConfigKey<Long> TMP_MIN_FREE =
      ConfigKey.size(
          PREFIX + "tmp.minFree",
          "64m",
          "Free space that the disk of a local directory must have for a run to start "
              + "there. lofn tries the other local directories before the task fails.");
  public static final ConfigKey<String> TMP_MEMORY_DIR =
      ConfigKey.text(
          PREFIX + "tmp.memoryDir",
          "",
          "A tmpfs for exchanges; its `size=` option is the limit. First attempts use it "
              + "while at least half of it is free. A run that fills it fails, and the next "
              + "attempt uses the disk. Nodes without this tmpfs use the disk. Not set: "
              + "exchanges are on disk.");
  public static final ConfigKey<HostPathMapping> HOST_PATH_MAP =
      ConfigKey.pathMap(
          PREFIX + "host.path.map",
          "For executors that run in containers: pairs of the executor's path and the "
              + "node's path for the same directory, such as "
              + "`/var/data=/mnt/node/data,/tmp=/hosttmp`. The longest matching prefix is used.");
  public static final ConfigKey<ProbeMode> PROBE =
      ConfigKey.choice(
          PREFIX + "probe",
          ProbeMode.class,
          "auto",
          "Whether an executor checks before its first run that containers see its files "
              + "and that it sees theirs. `auto` checks if `spark.lofn.host.path.map` is set or "
              + "the executor seems to run in a container.");
  public static final ConfigKey<String> VOLUMES_DIR =
      ConfigKey.text(
          PREFIX + "volumes.dir",
          "",
          "The directory for copies of volumes on each node. All applications of a user "
              + "share them. Not set: the first of Spark's local directories; on YARN that "
              + "directory is deleted with the application.");
  public static final ConfigKey<Long> VOLUMES_MAX_SIZE =
      ConfigKey.size(
          PREFIX + "volumes.maxSize",
          "100g",
          "The largest total size of a user's copies of volumes on a node. lofn deletes "
              + "the copies that were used least recently, and never a copy in use.");
  public static final ConfigKey<Duration> VOLUMES_TIMEOUT =
      ConfigKey.time(
          PREFIX + "volumes.timeout",
          "2h",
          "How long a task waits until a volume or an image archive is copied to its node "
              + "and unpacked, by itself or by another task.");
  public static final ConfigKey<String> VOLUMES_FILE_SYSTEM =
      ConfigKey.text(
          PREFIX + "volumes.fileSystem",
          "",
          "The file system of volumes whose source is a path without a scheme, such as "
              + "`file:///` for the nodes' own disks. Not set: the default file system of the "
              + "job.");
  public static final ConfigKey<KeepPolicy> KEEP =
      ConfigKey.choice(
          PREFIX + "keep",
          KeepPolicy.class,
          "never",
          "`on-failure` keeps the exchange of each run whose tool failed, with a script "
              + "that repeats the run; the exception names the directory. lofn never deletes "
              + "kept exchanges.");
  public static final ConfigKey<String> OUTPUT_DIR =
      ConfigKey.text(
          PREFIX + "output.dir",
          "lofn",
          "The directory for binary outputs; each output gets a subdirectory. All nodes "
              + "must see this path. A path without a scheme is on the default file system of "
              + "the job; a relative path is below the user's home directory.");
  public static final ConfigKey<EmptyPartitions> EMPTY_PARTITIONS =
      ConfigKey.choice(
          PREFIX + "emptyPartitions",
          EmptyPartitions.class,
          "run",
          "What happens with a partition without records: `run` runs the tool on empty "
              + "input, `skip` does not run it and returns no output.");
  public static final ConfigKey<PullPolicy> PULL_POLICY =
      ConfigKey.choice(
          PREFIX + "image.pullPolicy",
          PullPolicy.class,
          "missing",
          "When lofn asks a registry for an image: for each job, only if the node does "
              + "not have it, or never.");
  public static final ConfigKey<Duration> PULL_TIMEOUT =
      ConfigKey.time(
          PREFIX + "image.pullTimeout", "30m", "How long the pull of an image may take.");
  public static final ConfigKey<Boolean> IMAGE_PIN =
      ConfigKey.flag(
          PREFIX + "image.pin",
          "true",
          "Whether the driver resolves the tag of an image to its digest once, so that "
              + "all nodes and all attempts run the same image. If it cannot, each node uses "
              + "the image that it has under this tag.");
  public static final ConfigKey<UnsupportedFeaturePolicy> UNSUPPORTED_FEATURES =
      ConfigKey.choice(
          PREFIX + "unsupportedFeatures",
          UnsupportedFeaturePolicy.class,
          "refuse",
          "What happens if the runtime of a node does not support a feature that the tool "
              + "or the session asks for, such as a memory limit: `refuse` fails the task; "
              + "`warn` runs the tool without the feature and logs one warning. A missing "
              + "feature that is only a default always causes a warning.");
  public static final ConfigKey<Duration> ENGINE_TIMEOUT =
      ConfigKey.time(
          PREFIX + "engine.timeout",
          "60s",
          "How long the engine may take to answer one call. Pulls and runs have their own "
              + "limits.");
  public static final ConfigKey<Integer> ENGINE_ATTEMPTS =
      ConfigKey.count(
          PREFIX + "engine.attempts",
          "5",
          1,
          "How many times lofn tries an engine call whose failure may be temporary, with "
              + "exponential back-off.");
  public static final ConfigKey<Duration> RUN_TIMEOUT =
      ConfigKey.time(
          PREFIX + "run.timeout", "", "The longest time for one run of a tool. Not set: no limit.");
  public static final ConfigKey<Duration> RUN_IDLE_TIMEOUT =
      ConfigKey.time(
          PREFIX + "run.idleTimeout",
          "",
          "The longest time in which a tool neither writes to standard output or standard "
              + "error nor reads from standard input. Not set: no limit.");
  public static final ConfigKey<Long> RUN_MAX_DISK =
      ConfigKey.size(
          PREFIX + "run.maxDisk",
          "",
          "The most bytes that a run may write to its exchange and `/tmp`. lofn measures "
              + "periodically and stops a run that exceeds the limit. Not set: no limit but the "
              + "disk.");
  public static final ConfigKey<Long> RECORD_MAX_SIZE =
      ConfigKey.sizeUpTo(
          LONGEST_RECORD,
          PREFIX + "record.maxSize",
          "64m",
          "The longest record of a tool's output, uncompressed: a line, or a file that is "
              + "read as one record. A longer record fails the run before memory is allocated "
              + "for it. A task needs several times this much memory. At most 2047m.");
  public static final ConfigKey<Duration> STOP_GRACE =
      ConfigKey.timeOrZero(
          PREFIX + "run.stopGrace",
          "10s",
          "How long a cancelled or timed-out tool may take to exit after SIGTERM before "
              + "it gets SIGKILL.");
  public static final ConfigKey<Boolean> FAIL_FAST =
      ConfigKey.flag(
          PREFIX + "failFast",
          "false",
          "Whether lofn cancels a job once a tool has failed "
              + "`spark.lofn.failFast.failures` times in the same way on one partition, instead "
              + "of using all `spark.task.maxFailures` attempts.");
  public static final ConfigKey<Integer> FAIL_FAST_FAILURES =
      ConfigKey.count(
          PREFIX + "failFast.failures",
          "2",
          1,
          "How many equal failures on one partition cancel the job.");
  public static final ConfigKey<Double> CPUS =
      ConfigKey.share(
          PREFIX + "container.cpus",
          "CPUs of one container, at most those of the node. Not set: `spark.task.cpus`.");
  public static final ConfigKey<Long> MEMORY =
      ConfigKey.size(
          PREFIX + "container.memory",
          "",
          "The memory limit of one container, swap included. Not set: no limit.");
  public static final ConfigKey<Boolean> REUSE =
      ConfigKey.flag(
          PREFIX + "container.reuse",
          "false",
          "Whether a container serves many runs of the same tool, one after the other. A "
              + "run then starts in milliseconds, sees the image's files read-only, and is less "
              + "isolated from earlier runs.");
  public static final ConfigKey<Integer> REUSE_RUNS =
      ConfigKey.count(
          PREFIX + "container.reuse.runs",
          "1000",
          1,
          "How many runs one container serves at most.");
  public static final ConfigKey<Duration> REUSE_AGE =
      ConfigKey.time(
          PREFIX + "container.reuse.age", "1h", "How long a container accepts new runs.");
  public static final ConfigKey<Duration> REUSE_IDLE =
      ConfigKey.time(
          PREFIX + "container.reuse.idle",
          "1m",
          "How long an idle container waits for its next run before lofn removes it.");
  public static final ConfigKey<Boolean> CONTAINER_TMP =
      ConfigKey.flag(
          PREFIX + "container.tmp",
          "true",
          "Whether `/tmp` of a container is a directory beside its exchange that is "
              + "deleted with the run. `false`: `/tmp` is part of the container's file system "
              + "and uses the engine's storage.");
  public static final ConfigKey<Boolean> PIPES =
      ConfigKey.flag(
          PREFIX + "container.pipes",
          "true",
          "Whether a tool that reads or writes records on its standard streams gets named "
              + "pipes for them, if the image has a shell, the tool shares the executor's "
              + "kernel, and the runtime's own streams are not pipes already. `false`: lofn "
              + "uses the streams that the engine attaches, which are slower.");
  public static final ConfigKey<Integer> PIDS =
      ConfigKey.count(
          PREFIX + "container.pids",
          "4096",
          1,
          "The largest number of processes and threads of one container.");
  public static final ConfigKey<Integer> REDUCE_FAN_IN =
      ConfigKey.count(
          PREFIX + "reduce.fanIn",
          "8",
          2,
          "How many neighbouring partitions one container of a reduce merges.");
  public static final ConfigKey<Duration> CLEANUP_INTERVAL =
      ConfigKey.time(
          PREFIX + "cleanup.interval",
          "1m",
          "How often an executor removes containers and directories whose owner process "
              + "has ended.");
  public static final ConfigKey<List<String>> PLUGIN_IMAGES =
      ConfigKey.list(
          PREFIX + "plugin.images",
          "",
          "Images that `io.lofn.spark.LofnPlugin` pulls on each node when an executor "
              + "starts there.");
  public static final ConfigKey<Boolean> ALLOW_PRIVILEGED =
      ConfigKey.flag(
          PREFIX + "allow.privileged",
          "false",
          "Allows engine options and networks that are not known to be harmless, unusual "
              + "capabilities, and read-write volumes together with another user.");
  public static final ConfigKey<Boolean> ALLOW_HOST_NAMESPACES =
      ConfigKey.flag(
          PREFIX + "allow.hostNamespaces",
          "false",
          "Allows a container to share the network, process, IPC, UTS, user or cgroup "
              + "namespace of the node or of another container.");
  public static final ConfigKey<Boolean> ALLOW_ENGINE_SOCKET =
      ConfigKey.flag(
          PREFIX + "allow.engineSocket",
          "false",
          "Allows a volume that is a socket, such as the engine's own, which gives root "
              + "access to the node.");

  static final List<ConfigKey<?>> KEYS =
      List.of(
          RUNTIME,
          EXCHANGE_PATH,
          TMP_DIR,
          TMP_MIN_FREE,
          TMP_MEMORY_DIR,
          HOST_PATH_MAP,
          PROBE,
          VOLUMES_DIR,
          VOLUMES_MAX_SIZE,
          VOLUMES_TIMEOUT,
          VOLUMES_FILE_SYSTEM,
          KEEP,
          OUTPUT_DIR,
          EMPTY_PARTITIONS,
          PULL_POLICY,
          PULL_TIMEOUT,
          IMAGE_PIN,
          UNSUPPORTED_FEATURES,
          ENGINE_TIMEOUT,
          ENGINE_ATTEMPTS,
          RUN_TIMEOUT,
          RUN_IDLE_TIMEOUT,
          RUN_MAX_DISK,
          RECORD_MAX_SIZE,
          STOP_GRACE,
          FAIL_FAST,
          FAIL_FAST_FAILURES,
          CPUS,
          MEMORY,
          PIDS,
          CONTAINER_TMP,
          PIPES,
          REUSE,
          REUSE_RUNS,
          REUSE_AGE,
          REUSE_IDLE,
          REDUCE_FAN_IN,
          CLEANUP_INTERVAL,
          PLUGIN_IMAGES,
          ALLOW_PRIVILEGED,
          ALLOW_HOST_NAMESPACES,
          ALLOW_ENGINE_SOCKET);

  /** Names from before 1.0.0. */
  private static final Map<String, ConfigKey<?>> RENAMED =
      Map.of(PREFIX + "lacking", UNSUPPORTED_FEATURES, PREFIX + "sweep.interval", CLEANUP_INTERVAL);

  private static final Map<String, ConfigKey<?>> BY_NAME =
      KEYS.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

  private final Map<String, String> entries;

  public LofnConfig(Map<String, String> entries) {
    this.entries = Map.copyOf(entries);
  }

  /** The texts, as they were given. */
  public Map<String, String> entries() {
    return entries;
  }

  /** The value of a key that has a default. */
  public <T> T get(ConfigKey<T> key) {
    return find(key)
        .orElseThrow(
            () -> new IllegalStateException(key.name() + " has neither value nor default"));
  }

  /** The value of a key that may be unset. */
  public <T> Optional<T> find(ConfigKey<T> key) {
    return key.parse(entries.getOrDefault(key.name(), ""));
  }

  /** Whether somebody has set a key, if only to its default. */
  public boolean isSet(ConfigKey<?> key) {
    return !entries.getOrDefault(key.name(), "").isBlank();
  }

  /** What a runtime provider gets to see: its own keys without their prefix. */
  public RuntimeConfig runtimeConfig(String runtime) {
    String prefix = PREFIX + runtime + ".";
    Map<String, String> own = new HashMap<>();
    entries.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            own.put(name.substring(prefix.length()), value);
          }
        });
    return RuntimeConfig.of(own).callTimeout(get(ENGINE_TIMEOUT));
  }

  /** Fails on the first key that nothing reads, and on the first value of the wrong type. */
  public void requireValid(Iterable<ContainerRuntimeProvider> providers) {
    List<String> known = new ArrayList<>(BY_NAME.keySet());
    for (ContainerRuntimeProvider provider : providers) {
      provider
          .properties()
          .keySet()
          .forEach(key -> known.add(PREFIX + provider.name() + "." + key));
    }
    for (String name : entries.keySet()) {
      if (!known.contains(name)) {
        throw unknown(name, known);
      }
    }
    KEYS.forEach(this::find);
  }

  private static LofnException unknown(String name, List<String> known) {
    ConfigKey<?> renamed = RENAMED.get(name);
    return new LofnException(
        renamed == null
            ? "Unknown configuration key %s; did you mean %s?"
                .formatted(name, NearestName.to(name, known))
            : "The configuration key %s is now called %s".formatted(name, renamed.name()));
  }

  /** All keys as a table for the documentation. */
  static String table() {
    StringBuilder table = new StringBuilder();
    table.append("| key | type | default | meaning | since |\n|---|---|---|---|---|\n");
    for (ConfigKey<?> key : KEYS) {
      String defaultText = key.defaultText().isEmpty() ? "not set" : "`" + key.defaultText() + "`";
      table.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(key.name(), key.type(), defaultText, key.meaning(), key.since()));
    }
    return table.toString();
  }
}
