package io.lofn.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys of tool documents: how each is read, set, and written. The one place that lists them.
 */
final class ToolKeys {

  /** The version of documents that this lofn reads. */
  static final long VERSION = 1;

  static final String LOFN = "lofn";
  static final String IMAGE = "image";
  static final String INPUT = "input";
  static final String OUTPUT = "output";

  static final String COMMAND = "command";
  static final String SHELL = "shell";
  static final String PIPEFAIL = "pipefail";
  static final String ENTRYPOINT = "entrypoint";
  static final String IMAGE_ENTRYPOINT = "imageEntrypoint";

  private static final SpecShape<List<String>> WORDS = SpecShapes.list(SpecShapes.TEXT);
  private static final SpecShape<Map<String, String>> TEXTS = SpecShapes.map(SpecShapes.TEXT);

  private static final List<Key<?>> KEYS = new ArrayList<>();
  private static final SpecObject OBJECT;

  /**
   * A key.
   *
   * @param set gives a tool the value
   * @param get the value of a tool as a document has it; null if it is the default
   */
  record Key<T>(
      String name,
      SpecShape<T> shape,
      String meaning,
      BiFunction<Tool<?, ?>, T, Tool<?, ?>> set,
      Function<Tool<?, ?>, @Nullable Object> get) {

    Tool<?, ?> apply(Tool<?, ?> tool, Object value, SpecPath at) {
      @SuppressWarnings("unchecked") // the shape has read it
      T typed = (T) value;
      return Layouts.made(at, () -> set.apply(tool, typed));
    }
  }

  static {
    commands();
    layouts();
    container();
    limits();
    runs();
    OBJECT = whole();
  }

  private ToolKeys() {}

  private static <T> void key(
      String name,
      SpecShape<T> shape,
      String meaning,
      BiFunction<Tool<?, ?>, T, Tool<?, ?>> set,
      Function<Tool<?, ?>, @Nullable Object> get) {
    KEYS.add(new Key<>(name, shape, meaning, set, get));
  }

  /** A setting that is on or off, and is off in a new tool. */
  private static void flag(
      String name,
      String meaning,
      UnaryOperator<Tool<?, ?>> set,
      Function<Tool<?, ?>, Boolean> get) {
    key(
        name,
        SpecShapes.FLAG,
        meaning,
        (tool, wanted) -> wanted ? set.apply(tool) : tool,
        tool -> get.apply(tool) ? true : null);
  }

  private static void layouts() {
    key(
        INPUT,
        Layouts.INPUT,
        "How records are given to the tool; lines to standard input if left out.",
        Tool::input,
        tool -> Layouts.shortest(tool.input()));
    key(
        OUTPUT,
        Layouts.OUTPUT,
        "How records are read from the tool; lines from standard output if left out.",
        Tool::output,
        tool -> Layouts.shortest(tool.output()));
  }

  private static void commands() {
    key(
        SHELL,
        SpecShapes.TEXT,
        "A script that sh -c runs in the container; in place of command.",
        Tool::shell,
        tool -> tool.commandParts().script());
    key(
        COMMAND,
        WORDS,
        "The program and its arguments, run without a shell.",
        Tool::command,
        tool -> orNull(tool.commandParts().words()));
    key(
        ENTRYPOINT,
        WORDS,
        "A program and leading arguments that the command is appended to.",
        (tool, words) -> tool.entrypoint(words.toArray(String[]::new)),
        tool -> orNull(tool.commandParts().entrypoint()));
    flag(
        IMAGE_ENTRYPOINT,
        "Whether the image's own entrypoint gets the command as its arguments.",
        Tool::imageEntrypoint,
        Tool::usesImageEntrypoint);
    key(
        PIPEFAIL,
        SpecShapes.FLAG,
        "Whether a pipeline of the script fails if one of its commands does; true if left out.",
        Tool::pipefail,
        tool -> (tool.isScript() && !tool.usesPipefail()) ? false : null);
  }

  private static void container() {
    key(
        "volumes",
        SpecShapes.list(new VolumeShape()),
        "Data that every container of the tool sees.",
        Tool::volumes,
        tool -> orNull(tool.volumes().stream().map(VolumeShape::described).toList()));
    key(
        "env",
        TEXTS,
        "Environment variables.",
        (tool, values) ->
            each(tool, values, (changed, value) -> changed.env(value.getKey(), value.getValue())),
        tool -> orNull(tool.settings().environment()));
    key(
        "user",
        SpecShapes.TEXT,
        "The user that the tool runs as: uid, uid:gid or a name of the image; the executor's if"
            + " left out.",
        Tool::user,
        tool -> tool.settings().user().orElse(null));
    key(
        "workdir",
        SpecShapes.TEXT,
        "The working directory, an absolute path in the container; the image's if left out.",
        Tool::workdir,
        tool -> tool.settings().workingDirectory().orElse(null));
    key(
        "network",
        SpecShapes.TEXT,
        "The network: none (the default), bridge, or the name of one of the engine.",
        Tool::network,
        tool -> unless(ContainerSettings.NO_NETWORK, tool.settings().network()));
    key(
        "tmpfs",
        SpecShapes.map(SpecShapes.SIZE_TEXT),
        "Directories that live in memory: absolute path to size.",
        (tool, sizes) -> each(tool, sizes, ToolKeys::tmpfs),
        tool -> orNull(sizes(tool.settings().tmpfs())));
    key(
        "labels",
        TEXTS,
        "Labels of the containers.",
        (tool, labels) ->
            each(tool, labels, (changed, label) -> changed.label(label.getKey(), label.getValue())),
        tool -> orNull(tool.settings().labels()));
    key(
        "capabilities",
        WORDS,
        "Linux capabilities to keep, such as SYS_PTRACE; all others are dropped.",
        (tool, names) -> {
          Tool<?, ?> changed = tool;
          for (String name : names) {
            changed = changed.capability(name);
          }
          return changed;
        },
        tool -> orNull(tool.settings().capabilities()));
    flag(
        "readOnlyRoot",
        "Whether the image's own files are read-only.",
        Tool::readOnlyRoot,
        tool -> tool.settings().readOnlyRoot());
    key(
        "reuseContainer",
        SpecShapes.FLAG,
        "Whether a container may serve many runs; spark.lofn.container.reuse if left out.",
        Tool::reuseContainer,
        tool -> tool.settings().reuse().orElse(null));
    key(
        "platform",
        SpecShapes.TEXT,
        "The platform of the image, such as linux/arm64; the node's if left out.",
        Tool::platform,
        tool -> tool.settings().platform().orElse(null));
    key(
        "engineOptions",
        WORDS,
        "Options in the engine's own words, each --name or --name=value.",
        (tool, options) -> tool.engineOptions(options.toArray(String[]::new)),
        tool -> orNull(tool.settings().engineOptions()));
  }

  private static void limits() {
    key(
        "cpus",
        SpecShapes.positiveNumber(),
        "Processors of one container, such as 1.5; spark.task.cpus if left out.",
        Tool::cpus,
        tool -> limit(tool).cpus().isPresent() ? number(limit(tool).cpus().getAsDouble()) : null);
    size("memory", "The limit on memory.", Tool::memory, tool -> limit(tool).memory());
    key(
        "pids",
        SpecShapes.integer(1, Long.MAX_VALUE),
        "The limit on processes and threads.",
        Tool::pids,
        tool -> limit(tool).pids().isPresent() ? limit(tool).pids().getAsLong() : null);
    size(
        "maxDisk",
        "The limit on the disk that one run takes.",
        Tool::maxDisk,
        tool -> limit(tool).disk());
    size("shm", "The size of /dev/shm.", Tool::shm, tool -> limit(tool).sharedMemory());
  }

  private static void size(
      String name,
      String meaning,
      BiFunction<Tool<?, ?>, Long, Tool<?, ?>> set,
      Function<Tool<?, ?>, java.util.OptionalLong> get) {
    key(
        name,
        SpecShapes.SIZE_TEXT,
        meaning,
        set,
        tool -> get.apply(tool).isPresent() ? SpecShapes.size(get.apply(tool).getAsLong()) : null);
  }

  private static void runs() {
    key(
        "timeout",
        SpecShapes.TIME_TEXT,
        "The limit on the time of one run.",
        Tool::timeout,
        tool -> time("Tool.timeout", tool.timeout().orElse(null)));
    key(
        "idleTimeout",
        SpecShapes.TIME_TEXT,
        "The limit on the time in which the tool neither writes nor reads a standard stream.",
        Tool::idleTimeout,
        tool -> time("Tool.idleTimeout", tool.idleTimeout().orElse(null)));
    key(
        "acceptedExitCodes",
        SpecShapes.list(SpecShapes.integer(0, Tool.MOST_EXIT_CODE)),
        "The exit codes that mean success; 0 alone if left out.",
        (tool, codes) -> tool.acceptedExitCodes(codes.stream().mapToInt(Long::intValue).toArray()),
        tool ->
            tool.acceptedExitCodes().equals(Set.of(0))
                ? null
                : tool.acceptedExitCodes().stream().map(Integer::longValue).toList());
    choice(
        "pullPolicy",
        PullPolicy.class,
        "When a registry is asked.",
        Tool::pullPolicy,
        tool -> tool.pullPolicy().orElse(null));
    key(
        "imageArchive",
        SpecShapes.TEXT,
        "An archive that nodes load the image from: a URI or an absolute path.",
        Tool::imageArchive,
        tool -> tool.imageArchive().map(SourceUri::text).orElse(null));
    choice(
        "unsupportedFeatures",
        UnsupportedFeaturePolicy.class,
        "What happens where a runtime lacks what the tool asks for.",
        Tool::unsupportedFeatures,
        tool -> tool.unsupportedFeatures().orElse(null));
    choice(
        "emptyPartitions",
        EmptyPartitions.class,
        "What happens with partitions without records.",
        Tool::emptyPartitions,
        tool -> tool.emptyPartitions().orElse(null));
    flag(
        "orderSensitive",
        "Whether the output depends on the order of the input.",
        Tool::orderSensitive,
        Tool::isOrderSensitive);
  }

  private static <E extends Enum<E>> void choice(
      String name,
      Class<E> type,
      String meaning,
      BiFunction<Tool<?, ?>, E, Tool<?, ?>> set,
      Function<Tool<?, ?>, @Nullable E> get) {
    key(
        name,
        SpecShapes.choice(type),
        meaning,
        set,
        tool -> {
          E value = get.apply(tool);
          return value == null ? null : SpecShapes.name(value);
        });
  }

  private static <V> Tool<?, ?> each(
      Tool<?, ?> tool,
      Map<String, V> values,
      BiFunction<Tool<?, ?>, Map.Entry<String, V>, Tool<?, ?>> set) {
    Tool<?, ?> changed = tool;
    for (Map.Entry<String, V> value : values.entrySet()) {
      changed = set.apply(changed, value);
    }
    return changed;
  }

  private static ResourceLimits limit(Tool<?, ?> tool) {
    return tool.settings().limits();
  }

  private static @Nullable Object orNull(List<?> list) {
    return list.isEmpty() ? null : list;
  }

  private static @Nullable Object orNull(Map<String, ?> map) {
    return map.isEmpty() ? null : map;
  }

  private static @Nullable Object unless(String usual, String value) {
    return value.equals(usual) ? null : value;
  }

  private static @Nullable Object time(String setter, @Nullable Duration time) {
    return time == null ? null : SpecShapes.time(setter, time);
  }

  /** Two names of one directory would leave it to their order which size is meant. */
  private static Tool<?, ?> tmpfs(Tool<?, ?> tool, Map.Entry<String, Long> size) {
    Tool<?, ?> changed = tool.tmpfs(size.getKey(), size.getValue());
    if (changed.settings().tmpfs().size() == tool.settings().tmpfs().size()) {
      throw new IllegalArgumentException(
          "'%s' names a directory that has a size already".formatted(size.getKey()));
    }
    return changed;
  }

  private static Map<String, Object> sizes(Map<String, Long> bytes) {
    Map<String, Object> sizes = new LinkedHashMap<>();
    bytes.forEach((path, size) -> sizes.put(path, SpecShapes.size(size)));
    return sizes;
  }

  /** A whole number as such: JSON's readers do not all tell 2 and 2.0 apart alike. */
  private static Object number(double value) {
    if (value == Math.rint(value) && value < 1L << 53) {
      return (long) value;
    }
    return value;
  }

  /** The keys but for the version and the image, in the order in which they are set. */
  static List<Key<?>> all() {
    return Collections.unmodifiableList(KEYS);
  }

  /** The whole document as one form, for its schema and its keys. */
  static SpecObject object() {
    return OBJECT;
  }

  private static SpecObject whole() {
    SpecObject object =
        new SpecObject()
            .required(LOFN, SpecShapes.integer(VERSION, VERSION), "The version of the document: 1.")
            .required(IMAGE, SpecShapes.TEXT, "The image, as the engine names it.");
    KEYS.forEach(key -> object.optional(key.name(), key.shape(), key.meaning()));
    return object;
  }
}
