package io.lofn.core.config;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.LofnException;
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
          "The container runtime of each node: `auto` for the best that is usable there, one name,"
              + " or an ordered list of names of which the first usable is taken.");
  public static final ConfigKey<String> EXCHANGE_PATH =
      ConfigKey.text(
          PREFIX + "exchange.path", "/shared", "Where a tool sees the exchange of its run.");
  public static final ConfigKey<String> TMP_DIR =
      ConfigKey.text(
          PREFIX + "tmp.dir",
          "",
          "Where exchanges, and volumes unless `spark.lofn.volumes.dir` says otherwise, are kept on"
              + " each node; not set: Spark's local directories.");
  public static final ConfigKey<Long> TMP_MIN_FREE =
      ConfigKey.size(
          PREFIX + "tmp.minFree",
          "64m",
          "What a local directory's disk must have free for a run to begin there; others are tried"
              + " before the task fails.");
  public static final ConfigKey<String> TMP_MEMORY_DIR =
      ConfigKey.text(
          PREFIX + "tmp.memoryDir",
          "",
          "A tmpfs, whose `size=` is the cap, for the exchanges of first attempts while half of it"
              + " is free; a run that fills it fails, and its next attempt has its exchange on"
              + " disk. A node that has no such tmpfs does without. Not set: none.");
  public static final ConfigKey<HostPathMapping> HOST_PATH_MAP =
      ConfigKey.pathMap(
          PREFIX + "host.path.map",
          "Where executors run in containers: how the node's engine calls their paths, such as"
              + " `/var/data=/mnt/node/data,/tmp=/hosttmp`. Of several prefixes the longest"
              + " counts.");
  public static final ConfigKey<ProbeMode> PROBE =
      ConfigKey.choice(
          PREFIX + "probe",
          ProbeMode.class,
          "auto",
          "Whether an executor tries, before its first run, that a container sees its files and it"
              + " sees the container's: `auto` where a path map is set or the executor seems to be"
              + " in a container.");
  public static final ConfigKey<String> VOLUMES_DIR =
      ConfigKey.text(
          PREFIX + "volumes.dir",
          "",
          "Where each node keeps copies of volumes, in a directory for each user that all its"
              + " applications share; not set: the first of Spark's local directories, on YARN"
              + " the application's own, which goes with it.");
  public static final ConfigKey<Long> VOLUMES_MAX_SIZE =
      ConfigKey.size(
          PREFIX + "volumes.maxSize",
          "100g",
          "What the copies of volumes of one user may take on a node; those that were used least"
              + " recently are deleted first, and none that is in use.");
  public static final ConfigKey<Duration> VOLUMES_TIMEOUT =
      ConfigKey.time(
          PREFIX + "volumes.timeout",
          "2h",
          "How long a task waits for a volume or an image archive to be copied to its node, and"
              + " unpacked; whoever makes the copy, or waits for another task that does.");
  public static final ConfigKey<String> VOLUMES_FILE_SYSTEM =
      ConfigKey.text(
          PREFIX + "volumes.fileSystem",
          "",
          "Where volumes whose source is a path without a scheme are, such as `file:///`, the nodes"
              + " themselves; not set: the job's default file system.");
  public static final ConfigKey<KeepPolicy> KEEP =
      ConfigKey.choice(
          PREFIX + "keep",
          KeepPolicy.class,
          "never",
          "Whether the exchange of a run whose tool failed is kept, with a script beside it that"
              + " repeats the run by hand; the exception names it. Nothing deletes it but you.");
  public static final ConfigKey<String> OUTPUT_DIR =
      ConfigKey.text(
          PREFIX + "output.dir",
          "lofn",
          "Where binary outputs are kept, each in a directory of its own: a path that all nodes"
              + " see. Without a scheme it is on the job's default file system, and below the"
              + " user's home unless it is absolute.");
  public static final ConfigKey<EmptyPartitions> EMPTY_PARTITIONS =
      ConfigKey.choice(
          PREFIX + "emptyPartitions",
          EmptyPartitions.class,
          "run",
          "What happens with a partition without records: the tool runs on it, since only the tool"
              + " knows what nothing means, or it is skipped and its output is empty.");
  public static final ConfigKey<PullPolicy> PULL_POLICY =
      ConfigKey.choice(
          PREFIX + "image.pullPolicy",
          PullPolicy.class,
          "missing",
          "When a registry is asked for an image.");
  public static final ConfigKey<Duration> PULL_TIMEOUT =
      ConfigKey.time(
          PREFIX + "image.pullTimeout", "30m", "How long the pull of an image may take.");
  public static final ConfigKey<Boolean> IMAGE_PIN =
      ConfigKey.flag(
          PREFIX + "image.pin",
          "true",
          "Whether the driver asks once which bytes an image's tag stands for, so that all nodes"
              + " and all attempts run the same; where it cannot be told, each node takes the tag"
              + " as it finds it.");
  public static final ConfigKey<UnsupportedFeaturePolicy> UNSUPPORTED_FEATURES =
      ConfigKey.choice(
          PREFIX + "unsupportedFeatures",
          UnsupportedFeaturePolicy.class,
          "refuse",
          "What happens where a node's runtime lacks what a tool or the session asks for, such as a"
              + " memory limit: the tool is refused, or runs without it after one warning. What is"
              + " only a default is always warned of.");
  public static final ConfigKey<Duration> ENGINE_TIMEOUT =
      ConfigKey.time(
          PREFIX + "engine.timeout",
          "60s",
          "How long an engine may take to answer one call; pulls and runs have their own.");
  public static final ConfigKey<Integer> ENGINE_ATTEMPTS =
      ConfigKey.count(
          PREFIX + "engine.attempts",
          "5",
          1,
          "How often an engine call is tried, with back-off, while its failure may pass.");
  public static final ConfigKey<Duration> RUN_TIMEOUT =
      ConfigKey.time(
          PREFIX + "run.timeout",
          "",
          "How long one run of a tool may take; not set: as long as it takes.");
  public static final ConfigKey<Duration> RUN_IDLE_TIMEOUT =
      ConfigKey.time(
          PREFIX + "run.idleTimeout",
          "",
          "How long a tool may neither write to standard output or standard error nor take from"
              + " standard input; not set: as long as it likes.");
  public static final ConfigKey<Long> RUN_MAX_DISK =
      ConfigKey.size(
          PREFIX + "run.maxDisk",
          "",
          "What one run may write into its exchange and its /tmp before it is stopped, as lofn"
              + " finds by looking now and then; not set: what the disk has.");
  public static final ConfigKey<Long> RECORD_MAX_SIZE =
      ConfigKey.sizeUpTo(
          LONGEST_RECORD,
          PREFIX + "record.maxSize",
          "64m",
          "The longest record that is made of what a tool wrote, uncompressed: a line, or a file"
              + " that is read whole. A longer one fails the run before there is room for it. Each"
              + " task needs several times as much memory for its longest record; at most 2047m.");
  public static final ConfigKey<Duration> STOP_GRACE =
      ConfigKey.timeOrZero(
          PREFIX + "run.stopGrace",
          "10s",
          "How long a cancelled or timed-out tool may take to end after SIGTERM before it is"
              + " killed.");
  public static final ConfigKey<Boolean> FAIL_FAST =
      ConfigKey.flag(
          PREFIX + "failFast",
          "false",
          "Whether a job is cancelled once a tool has failed on one partition"
              + " `spark.lofn.failFast.failures` times in the same way, in place of all attempts of"
              + " `spark.task.maxFailures`.");
  public static final ConfigKey<Integer> FAIL_FAST_FAILURES =
      ConfigKey.count(
          PREFIX + "failFast.failures",
          "2",
          1,
          "How many equal failures of one partition are enough to cancel the job.");
  public static final ConfigKey<Double> CPUS =
      ConfigKey.share(
          PREFIX + "container.cpus",
          "Processors of one container; not set: `spark.task.cpus`. Never more than the node has.");
  public static final ConfigKey<Long> MEMORY =
      ConfigKey.size(
          PREFIX + "container.memory",
          "",
          "Memory of one container, swap included; not set: not limited.");
  public static final ConfigKey<Boolean> REUSE =
      ConfigKey.flag(
          PREFIX + "container.reuse",
          "false",
          "Whether a container serves many runs of the same tool, one after the other; a run then"
              + " costs milliseconds, finds the image's files read-only, and is kept less apart"
              + " from those before it.");
  public static final ConfigKey<Integer> REUSE_RUNS =
      ConfigKey.count(
          PREFIX + "container.reuse.runs",
          "1000",
          1,
          "How many runs one container serves at most.");
  public static final ConfigKey<Duration> REUSE_AGE =
      ConfigKey.time(
          PREFIX + "container.reuse.age", "1h", "How long one container is given new runs.");
  public static final ConfigKey<Duration> REUSE_IDLE =
      ConfigKey.time(
          PREFIX + "container.reuse.idle",
          "1m",
          "How long a container without a run waits for the next one before it is removed.");
  public static final ConfigKey<Boolean> CONTAINER_TMP =
      ConfigKey.flag(
          PREFIX + "container.tmp",
          "true",
          "Whether a container's /tmp lies on the disk of its exchange, and goes with the run;"
              + " false: it is the image's own, and the engine's storage fills.");
  public static final ConfigKey<Boolean> PIPES =
      ConfigKey.flag(
          PREFIX + "container.pipes",
          "true",
          "Whether a tool whose standard input or output carry records has named pipes for its"
              + " streams, where its image has a shell and its kernel is the executor's; else, or"
              + " if false, it has what the engine attaches, which is slower.");
  public static final ConfigKey<Integer> PIDS =
      ConfigKey.count(
          PREFIX + "container.pids", "4096", 1, "Processes and threads of one container.");
  public static final ConfigKey<Integer> REDUCE_FAN_IN =
      ConfigKey.count(
          PREFIX + "reduce.fanIn", "8", 2, "How many neighbours one container of a reduce merges.");
  public static final ConfigKey<Duration> CLEANUP_INTERVAL =
      ConfigKey.time(
          PREFIX + "cleanup.interval",
          "1m",
          "How often an executor looks for containers and directories whose owner is gone.");
  public static final ConfigKey<List<String>> PLUGIN_IMAGES =
      ConfigKey.list(
          PREFIX + "plugin.images",
          "",
          "Images that `io.lofn.spark.LofnPlugin` makes present on each node as soon as an executor"
              + " starts there.");
  public static final ConfigKey<Boolean> ALLOW_PRIVILEGED =
      ConfigKey.flag(
          PREFIX + "allow.privileged",
          "false",
          "Allows engine options and networks of which lofn does not know that they give a tool"
              + " nothing of the node, unusual capabilities, and read-write volumes with another"
              + " user.");
  public static final ConfigKey<Boolean> ALLOW_HOST_NAMESPACES =
      ConfigKey.flag(
          PREFIX + "allow.hostNamespaces",
          "false",
          "Allows the node's network, process, IPC, UTS, user or cgroup namespace, or another"
              + " container's, in a container.");
  public static final ConfigKey<Boolean> ALLOW_ENGINE_SOCKET =
      ConfigKey.flag(
          PREFIX + "allow.engineSocket",
          "false",
          "Allows a volume to be a socket, such as the engine's, which is root on the node.");

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
                .formatted(name, Nearest.to(name, known))
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
