package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A command-line tool: an image, a command, and how its input and output are laid out. Immutable:
 * every setter returns a new tool. Serialisable: it travels inside Spark's tasks.
 *
 * <pre>{@code
 * Tool<String, String> sort = Tool.lines("busybox:1").shell("sort /shared/input.txt > /shared/output.txt");
 * Tool<String, String> upper = Tool.pipe("busybox:1").command("tr", "a-z", "A-Z");
 * }</pre>
 *
 * @param <I> the type of the records that go in
 * @param <O> the type of the records that come out
 */
@CheckReturnValue
public final class Tool<I, O> implements Serializable {

  /** What the names of variables begin with that lofn sets for each run. */
  private static final String OWN_VARIABLES = "LOFN_";

  /** Linux keeps eight bits. */
  static final int MOST_EXIT_CODE = 255;

  private static final long serialVersionUID = 1L;

  private final String image;
  private final Command command;
  private final PartitionWriter<I> input;
  private final OutputReader<O> output;
  private final List<Volume> volumes;
  private final ContainerSettings settings;
  private final Set<Integer> acceptedExitCodes;
  private final @Nullable PullPolicy pullPolicy;
  private final @Nullable URI imageArchive;
  private final @Nullable UnsupportedFeaturePolicy unsupportedFeatures;
  private final @Nullable EmptyPartitions emptyPartitions;
  private final @Nullable Duration timeout;
  private final @Nullable Duration idleTimeout;
  private final boolean orderSensitive;

  private Tool(Draft<I, O> draft) {
    image = draft.image;
    command = draft.command;
    input = draft.input;
    output = draft.output;
    volumes = List.copyOf(draft.volumes);
    settings = draft.settings;
    acceptedExitCodes = Collections.unmodifiableSet(new TreeSet<>(draft.acceptedExitCodes));
    pullPolicy = draft.pullPolicy;
    imageArchive = draft.imageArchive;
    unsupportedFeatures = draft.unsupportedFeatures;
    emptyPartitions = draft.emptyPartitions;
    timeout = draft.timeout;
    idleTimeout = draft.idleTimeout;
    orderSensitive = draft.orderSensitive;
  }

  /**
   * A tool with layouts of its own.
   *
   * @param <I> the type of the records that go in
   * @param <O> the type of the records that come out
   * @param image the image, as the engine names it: {@code name:tag}, {@code
   *     registry:port/name:tag} or {@code name@digest}
   * @param input how a partition is written
   * @param output how the output is read
   * @return the tool; it needs a command before it is run
   */
  public static <I, O> Tool<I, O> of(
      String image, PartitionWriter<I> input, OutputReader<O> output) {
    if (image.isBlank() || !image.equals(image.strip())) {
      throw new IllegalArgumentException("Not the name of an image: '" + image + "'");
    }
    return new Tool<>(new Draft<>(image, input, output));
  }

  /**
   * The tool of a document.
   *
   * @param spec the document
   * @return the tool; {@link ToolSpec#inputType()} and {@link ToolSpec#outputType()} say what its
   *     records are
   */
  public static Tool<?, ?> of(ToolSpec spec) {
    return ToolDocument.tool(spec.toMap());
  }

  /**
   * This tool as a document: the same tool again by {@link #of(ToolSpec)}.
   *
   * @return the document
   * @throws LofnException if it has no command, or a layout of it is a function, which a document
   *     cannot hold
   */
  public ToolSpec toSpec() {
    return ToolSpec.of(this);
  }

  /**
   * A tool that reads lines from {@code /shared/input.txt} and writes lines to {@code
   * /shared/output.txt}.
   *
   * @param image the image
   * @return the tool
   */
  public static Tool<String, String> lines(String image) {
    return of(image, Lines.text().toFile("input.txt"), Lines.text().fromFile("output.txt"));
  }

  /**
   * A tool that reads lines from standard input and writes lines to standard output. Both are
   * streamed while it runs.
   *
   * @param image the image
   * @return the tool
   */
  public static Tool<String, String> pipe(String image) {
    return of(image, Lines.text().toStdin(), Lines.text().fromStdout());
  }

  /**
   * This tool with a command. It is run as it is, without any shell, in place of the image's
   * entrypoint unless {@link #imageEntrypoint()} is asked for.
   *
   * @param argv the program and its arguments, each of at most 131,071 bytes in UTF-8
   * @return the new tool
   * @throws IllegalArgumentException if an argument is longer, or contains a NUL
   */
  public Tool<I, O> command(String... argv) {
    return command(Arrays.asList(argv));
  }

  /**
   * This tool with a command, as {@link #command(String...)}.
   *
   * @param argv the program and its arguments
   * @return the new tool
   */
  public Tool<I, O> command(List<String> argv) {
    return command(command.words(argv));
  }

  private Tool<I, O> command(Command changed) {
    return with(draft -> draft.command = changed);
  }

  /**
   * This tool with a script that {@code sh -c} runs inside the container. Nothing of it passes
   * through a shell of the node.
   *
   * <p>A pipeline fails if one of its commands does, where the image's {@code sh} knows how; see
   * {@link #pipefail}.
   *
   * @param script the script, of at most 131,000 bytes in UTF-8
   * @return the new tool
   * @throws IllegalArgumentException if the script is longer, or contains a NUL
   */
  public Tool<I, O> shell(String script) {
    return command(command.script(script));
  }

  /**
   * This tool with its {@link #shell} script run with or without {@code set -o pipefail}, by which
   * a pipeline has the exit code of the last of its commands that failed, and not just that of its
   * last command. The default is {@code true}: {@code sort x | uniq} would else be a success though
   * {@code sort} failed. It is set where the image's {@code sh} knows it, as that of busybox and
   * bash does; dash, up to its version 0.5.12, does not, and runs the script without. {@code set +o
   * pipefail} in the script undoes it, too.
   *
   * <p>Some pipelines end well by a command that does not: what {@code head} has read enough of
   * ends with 141, and {@code grep} with 1 where nothing matches. Say {@code { grep x || [ $? -eq 1
   * ]; } | sort} in such a script, or do without {@code pipefail}.
   *
   * @param wanted whether the option is set
   * @return the new tool
   */
  public Tool<I, O> pipefail(boolean wanted) {
    return command(command.pipefail(wanted));
  }

  /**
   * This tool with an entrypoint: a program and leading arguments that the command is appended to.
   *
   * @param argv the program and its leading arguments, as {@link #command(String...)} takes them
   * @return the new tool
   */
  public Tool<I, O> entrypoint(String... argv) {
    return command(command.entrypoint(Arrays.asList(argv)));
  }

  /**
   * This tool with the image's own entrypoint, which gets the command as its arguments. Without a
   * command it runs what the image says, which may be a shell that takes the records for a script.
   *
   * @return the new tool
   */
  public Tool<I, O> imageEntrypoint() {
    return command(command.entrypointOfImage());
  }

  /**
   * This tool as one whose output depends on the order of its input: in another order other records
   * come out, and not just the same ones. Spark gives no order to what comes of a shuffle. When it
   * makes a lost partition again, such a tool may make another outcome of it, which must not be
   * mixed with what was computed from the first. By this Spark knows: over input without an order
   * the output counts as indeterminate, and all that was computed from it is computed anew.
   *
   * <p>Not needed where the tool sorts its input itself, or looks at each record alone. See "What
   * makes a good tool" in docs/tools.md.
   *
   * @return the new tool
   */
  public Tool<I, O> orderSensitive() {
    return with(draft -> draft.orderSensitive = true);
  }

  /**
   * This tool with another layout of its input.
   *
   * @param <J> the type of the records that go in
   * @param writer how a partition is written
   * @return the new tool
   */
  public <J> Tool<J, O> input(PartitionWriter<J> writer) {
    return new Tool<>(new Draft<>(this, writer, output));
  }

  /**
   * This tool with another layout of its output.
   *
   * @param <P> the type of the records that come out
   * @param reader how the output is read
   * @return the new tool
   */
  public <P> Tool<I, P> output(OutputReader<P> reader) {
    return new Tool<>(new Draft<>(this, input, reader));
  }

  /**
   * This tool with one more volume.
   *
   * @param volume the volume
   * @return the new tool
   * @throws IllegalArgumentException if another volume has the same target
   */
  public Tool<I, O> volume(Volume volume) {
    for (Volume other : volumes) {
      if (other.target().equals(volume.target())) {
        throw new IllegalArgumentException(
            "Two volumes have the target " + volume.target() + ": " + other + " and " + volume);
      }
    }
    return with(draft -> draft.volumes.add(volume));
  }

  /**
   * This tool with more volumes, as {@link #volume}.
   *
   * @param volumes the volumes
   * @return the new tool
   * @throws IllegalArgumentException if two volumes have the same target
   */
  public Tool<I, O> volumes(List<Volume> volumes) {
    Tool<I, O> tool = this;
    for (Volume volume : volumes) {
      tool = tool.volume(volume);
    }
    return tool;
  }

  /**
   * This tool with one more environment variable. It takes the place of one of the image, and of
   * what lofn sets where neither says anything: {@code LC_ALL}, {@code TZ}, {@code HOME}, {@code
   * OMP_NUM_THREADS} and its like.
   *
   * @param name the variable's name; those that begin with {@code LOFN_} are set by lofn
   * @param value its value, passed on as it is; with the name and {@code =} at most 131,071 bytes
   *     in UTF-8
   * @return the new tool
   * @throws IllegalArgumentException if it is longer, or lofn sets such a variable
   */
  public Tool<I, O> env(String name, String value) {
    if (name.startsWith(OWN_VARIABLES)) {
      throw new IllegalArgumentException(
          "Tool.env(\"%s\", ...): lofn sets the variables that begin with %s for each run; choose another name"
              .formatted(name, OWN_VARIABLES));
    }
    return settings(builder -> builder.environment(name, value));
  }

  /**
   * This tool run by a user. The default is the executor's own user and group, so that the executor
   * can read and delete what the tool writes. With an executor that is not root, a run fails before
   * it starts where the engine does not map another user to the executor's: what such a tool makes
   * could never be deleted.
   *
   * @param user {@code uid}, {@code uid:gid} or a name that the image knows
   * @return the new tool
   */
  public Tool<I, O> user(String user) {
    return settings(builder -> builder.user(user));
  }

  /**
   * This tool with a working directory.
   *
   * @param path absolute path in the container; the default is the image's own
   * @return the new tool
   */
  public Tool<I, O> workdir(String path) {
    return settings(builder -> builder.workingDirectory(path));
  }

  /**
   * This tool on a network. The default is {@code none}: the loopback interface only.
   *
   * @param network {@code none}, {@code bridge} or the name of a network of the engine; {@code
   *     host} and the like need {@code spark.lofn.allow.hostNamespaces}
   * @return the new tool
   */
  public Tool<I, O> network(String network) {
    return settings(builder -> builder.network(network));
  }

  /**
   * This tool with a share of the processors. The default is {@code spark.task.cpus}.
   *
   * @param cpus processors, such as 1.5
   * @return the new tool
   */
  public Tool<I, O> cpus(double cpus) {
    return limits(limits -> limits.cpus(cpus));
  }

  /**
   * This tool with a limit on memory, swap included. The default is {@code
   * spark.lofn.container.memory}.
   *
   * @param bytes bytes
   * @return the new tool
   */
  public Tool<I, O> memory(long bytes) {
    return limits(limits -> limits.memory(bytes));
  }

  /**
   * This tool with a limit on memory, as {@link #memory(long)}.
   *
   * @param size a number with a unit, such as {@code "2g"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> memory(String size) {
    return memory(Units.ofSetter("Tool.memory", size, Units::size));
  }

  /**
   * This tool with a limit on processes and threads. The default is {@code
   * spark.lofn.container.pids}.
   *
   * @param count processes and threads
   * @return the new tool
   */
  public Tool<I, O> pids(long count) {
    return limits(limits -> limits.pids(count));
  }

  /**
   * This tool with a limit on the disk that one run takes by what it writes into its exchange and
   * its {@code /tmp}, beyond its input. The run is stopped soon after it takes more, and fails with
   * {@link ToolFailedException.Reason#OUTPUT_TOO_LARGE}. A file counts with its whole length, holes
   * included, and by each of its names. The default is {@code spark.lofn.run.maxDisk}.
   *
   * @param bytes bytes
   * @return the new tool
   */
  public Tool<I, O> maxDisk(long bytes) {
    return limits(limits -> limits.disk(bytes));
  }

  /**
   * This tool with a limit on the disk that one run takes, as {@link #maxDisk(long)}.
   *
   * @param size a number with a unit, such as {@code "20g"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> maxDisk(String size) {
    return maxDisk(Units.ofSetter("Tool.maxDisk", size, Units::size));
  }

  /**
   * This tool with a size of {@code /dev/shm}. The default is the engine's, commonly 64 MiB.
   *
   * @param bytes bytes
   * @return the new tool
   */
  public Tool<I, O> shm(long bytes) {
    return limits(limits -> limits.sharedMemory(bytes));
  }

  /**
   * This tool with a size of {@code /dev/shm}, as {@link #shm(long)}.
   *
   * @param size a number with a unit, such as {@code "1g"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> shm(String size) {
    return shm(Units.ofSetter("Tool.shm", size, Units::size));
  }

  /**
   * This tool with a directory that lives in memory and counts towards its limit.
   *
   * @param path absolute path in the container
   * @param bytes its size
   * @return the new tool
   */
  public Tool<I, O> tmpfs(String path, long bytes) {
    return settings(builder -> builder.tmpfs(path, bytes));
  }

  /**
   * This tool with a directory that lives in memory, as {@link #tmpfs(String, long)}.
   *
   * @param path absolute path in the container
   * @param size a number with a unit, such as {@code "512m"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> tmpfs(String path, String size) {
    return tmpfs(path, Units.ofSetter("Tool.tmpfs", size, Units::size));
  }

  /**
   * This tool with one more label on its containers.
   *
   * @param name the label's name; names that start with {@code io.lofn} are lofn's own
   * @param value its value
   * @return the new tool
   */
  public Tool<I, O> label(String name, String value) {
    if (name.equals("io.lofn") || name.startsWith("io.lofn.")) {
      throw new IllegalArgumentException("Labels that start with io.lofn are lofn's own: " + name);
    }
    return settings(builder -> builder.label(name, value));
  }

  /**
   * This tool with a Linux capability kept; all are dropped otherwise. One that docker does not
   * give by itself needs {@code spark.lofn.allow.privileged}.
   *
   * @param name such as {@code SYS_PTRACE}
   * @return the new tool
   */
  public Tool<I, O> capability(String name) {
    return settings(builder -> builder.capability(name));
  }

  /**
   * This tool with the image's own files read-only.
   *
   * @return the new tool
   */
  public Tool<I, O> readOnlyRoot() {
    return settings(builder -> builder.readOnlyRoot(true));
  }

  /**
   * This tool with containers that serve many of its runs, one after the other, or with one for
   * each run. Runs then cost milliseconds, but a container's processes must trust each other: see
   * "Warm containers" in docs/tools.md for what a run finds. The default is {@code
   * spark.lofn.container.reuse}.
   *
   * @param allowed whether a container may serve more than one run
   * @return the new tool
   */
  public Tool<I, O> reuseContainer(boolean allowed) {
    return settings(builder -> builder.reuse(allowed));
  }

  /**
   * This tool with an image of a given platform.
   *
   * @param platform such as {@code linux/arm64}
   * @return the new tool
   */
  public Tool<I, O> platform(String platform) {
    return settings(builder -> builder.platform(platform));
  }

  /**
   * This tool with options in the engine's own words. Only a runtime that understands them runs it;
   * the others refuse. Unless {@code spark.lofn.allow.privileged} is set, each must be known to
   * give nothing of the node away, and have the form {@code --name} or {@code --name=value}.
   *
   * @param options one argument each, such as {@code --gpus=all}
   * @return the new tool
   */
  public Tool<I, O> engineOptions(String... options) {
    return settings(builder -> builder.engineOptions(Arrays.asList(options)));
  }

  /**
   * This tool with a limit on the time of one run, from its start to its end. The default is {@code
   * spark.lofn.run.timeout}.
   *
   * @param timeout greater than zero
   * @return the new tool
   */
  public Tool<I, O> timeout(Duration timeout) {
    Duration checked = positive("Tool.timeout", timeout);
    return with(draft -> draft.timeout = checked);
  }

  /**
   * This tool with a limit on the time of one run, as {@link #timeout(Duration)}.
   *
   * @param timeout a number with a unit, such as {@code "30m"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> timeout(String timeout) {
    return timeout(Units.ofSetter("Tool.timeout", timeout, Units::time));
  }

  /**
   * This tool with a limit on the time in which it neither writes a byte to standard output or
   * standard error nor takes one from standard input. While lofn has no input for it, or nobody
   * reads what it writes, the time does not run. The default is {@code spark.lofn.run.idleTimeout}.
   *
   * <p>Not for tools that work in silence: what they write to files is not looked at.
   *
   * @param timeout greater than zero
   * @return the new tool
   */
  public Tool<I, O> idleTimeout(Duration timeout) {
    Duration checked = positive("Tool.idleTimeout", timeout);
    return with(draft -> draft.idleTimeout = checked);
  }

  /**
   * This tool with a limit on the time in which it neither writes nor reads, as {@link
   * #idleTimeout(Duration)}.
   *
   * @param timeout a number with a unit, such as {@code "10m"}, as in Spark's configuration
   * @return the new tool
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public Tool<I, O> idleTimeout(String timeout) {
    return idleTimeout(Units.ofSetter("Tool.idleTimeout", timeout, Units::time));
  }

  private static Duration positive(String setter, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "%s: the timeout must be greater than zero, not %s".formatted(setter, timeout));
    }
    return timeout;
  }

  /**
   * This tool with other exit codes that mean success; the default is 0 alone.
   *
   * <p>125, 126 and 127 are also what a command ends with that could not be started. They are
   * accepted where the image's {@code sh} starts the command and can tell the two apart; a tool
   * that leaves its program to the image, or whose image has no {@code sh}, is refused with them.
   *
   * @param codes 0 to 255; 0 is accepted only if it is among them
   * @return the new tool
   */
  public Tool<I, O> acceptedExitCodes(int... codes) {
    if (codes.length == 0) {
      throw new IllegalArgumentException("No exit code is accepted");
    }
    for (int code : codes) {
      if (code < 0 || code > MOST_EXIT_CODE) {
        throw new IllegalArgumentException(
            "Tool.acceptedExitCodes: an exit code is 0 to %d, not %d"
                .formatted(MOST_EXIT_CODE, code));
      }
    }
    return with(draft -> draft.acceptedExitCodes = Arrays.stream(codes).boxed().toList());
  }

  /**
   * This tool with a pull policy. The default is {@code spark.lofn.image.pullPolicy}.
   *
   * @param policy when a registry is asked
   * @return the new tool
   */
  public Tool<I, O> pullPolicy(PullPolicy policy) {
    requireNonNull(policy, "policy is null");
    return with(draft -> draft.pullPolicy = policy);
  }

  /**
   * This tool with an archive that its image is loaded from on nodes that do not have it, in place
   * of a registry: what {@code docker save} or {@code podman save} writes, or an OCI image as a tar
   * file. The archive must know the image by the tool's name for it.
   *
   * @param source a URI such as {@code hdfs:///images/tools.tar} that a {@link
   *     io.lofn.spi.VolumeStager} takes or {@code file:/images/tools.tar}, which is a path of every
   *     node; or an absolute path on the job's default file system
   * @return the new tool
   * @throws IllegalArgumentException if it is neither
   */
  public Tool<I, O> imageArchive(String source) {
    URI uri = SourceUri.parse("The image archive", source);
    return with(draft -> draft.imageArchive = uri);
  }

  /**
   * This tool with a way to go on where a runtime lacks what the tool asks for. The default is
   * {@code spark.lofn.unsupportedFeatures}.
   *
   * @param unsupportedFeatures whether the tool is refused, or runs after a warning
   * @return the new tool
   */
  public Tool<I, O> unsupportedFeatures(UnsupportedFeaturePolicy unsupportedFeatures) {
    requireNonNull(unsupportedFeatures, "unsupportedFeatures is null");
    return with(draft -> draft.unsupportedFeatures = unsupportedFeatures);
  }

  /**
   * This tool with a way to treat partitions without records. The default is {@code
   * spark.lofn.emptyPartitions}.
   *
   * @param emptyPartitions whether the tool runs on them
   * @return the new tool
   */
  public Tool<I, O> emptyPartitions(EmptyPartitions emptyPartitions) {
    requireNonNull(emptyPartitions, "emptyPartitions is null");
    return with(draft -> draft.emptyPartitions = emptyPartitions);
  }

  /**
   * The image.
   *
   * @return as it was given
   */
  public String image() {
    return image;
  }

  Command commandParts() {
    return command;
  }

  /**
   * What is run: the entrypoint, if one was given, and the command. A script is as it was given,
   * without what sets {@link #usesPipefail() pipefail}.
   *
   * @return program and arguments; empty if none was given: such a tool runs only by {@link
   *     #imageEntrypoint()}
   */
  public List<String> argv() {
    return command.argv();
  }

  /**
   * Whether the last of {@link #argv()} is a script, of {@link #shell}.
   *
   * @return {@code false} for any other command
   */
  public boolean isScript() {
    return command.isScript();
  }

  /**
   * Whether it is a script that is run with {@code set -o pipefail} where the image's shell knows
   * it.
   *
   * @return {@code false} without a script, and after {@link #pipefail pipefail(false)}
   */
  public boolean usesPipefail() {
    return command.usesPipefail();
  }

  /**
   * Whether {@link #argv()} are arguments of the image's own entrypoint.
   *
   * @return {@code false} unless {@link #imageEntrypoint()} was asked for
   */
  public boolean usesImageEntrypoint() {
    return command.usesImageEntrypoint();
  }

  /**
   * How a partition is written.
   *
   * @return the writer
   */
  public PartitionWriter<I> input() {
    return input;
  }

  /**
   * How the output is read.
   *
   * @return the reader
   */
  public OutputReader<O> output() {
    return output;
  }

  /**
   * What the records are that the tool takes.
   *
   * @return their type; empty if the layout is a function of the program
   */
  public Optional<RecordType> inputType() {
    return Layouts.typeOf(input);
  }

  /**
   * What the records are that the tool gives.
   *
   * @return their type; empty if the layout is a function of the program
   */
  public Optional<RecordType> outputType() {
    return Layouts.typeOf(output);
  }

  /**
   * The volumes.
   *
   * @return in the order they were added
   */
  public List<Volume> volumes() {
    return volumes;
  }

  /**
   * How the container is set up.
   *
   * @return the settings of the tool alone, without the session's defaults
   */
  public ContainerSettings settings() {
    return settings;
  }

  /**
   * The exit codes that mean success.
   *
   * @return in ascending order
   */
  public Set<Integer> acceptedExitCodes() {
    return acceptedExitCodes;
  }

  /**
   * When a registry is asked.
   *
   * @return the policy, or empty for the session's
   */
  public Optional<PullPolicy> pullPolicy() {
    return Optional.ofNullable(pullPolicy);
  }

  /**
   * The archive that the image is loaded from.
   *
   * @return its source, or empty for a registry
   */
  public Optional<URI> imageArchive() {
    return Optional.ofNullable(imageArchive);
  }

  /**
   * What happens where a runtime lacks what the tool asks for.
   *
   * @return the choice, or empty for the session's
   */
  public Optional<UnsupportedFeaturePolicy> unsupportedFeatures() {
    return Optional.ofNullable(unsupportedFeatures);
  }

  /**
   * What happens with partitions without records.
   *
   * @return the choice, or empty for the session's
   */
  public Optional<EmptyPartitions> emptyPartitions() {
    return Optional.ofNullable(emptyPartitions);
  }

  /**
   * The limit on the time of one run.
   *
   * @return the limit, or empty for the session's
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /**
   * The limit on the time of silence.
   *
   * @return the limit, or empty for the session's
   */
  public Optional<Duration> idleTimeout() {
    return Optional.ofNullable(idleTimeout);
  }

  /**
   * Whether the output depends on the order of records.
   *
   * @return {@code false} unless {@link #orderSensitive()} was said
   */
  public boolean isOrderSensitive() {
    return orderSensitive;
  }

  @Override
  public String toString() {
    return image + " " + ProgramWords.abbreviated(argv().toString());
  }

  private Tool<I, O> limits(UnaryOperator<ResourceLimits> change) {
    return settings(builder -> builder.limits(change.apply(settings.limits())));
  }

  private Tool<I, O> settings(Consumer<ContainerSettings.Builder> change) {
    ContainerSettings.Builder builder = settings.toBuilder();
    change.accept(builder);
    return with(draft -> draft.settings = builder.build());
  }

  private Tool<I, O> with(Consumer<Draft<I, O>> change) {
    Draft<I, O> draft = new Draft<>(this, input, output);
    change.accept(draft);
    return new Tool<>(draft);
  }

  /** The parts of a tool while one is made from another. */
  private static final class Draft<I, O> {

    private final String image;
    private final PartitionWriter<I> input;
    private final OutputReader<O> output;
    private final List<Volume> volumes;
    private Command command;
    private ContainerSettings settings;
    private Collection<Integer> acceptedExitCodes;
    private @Nullable PullPolicy pullPolicy;
    private @Nullable URI imageArchive;
    private @Nullable UnsupportedFeaturePolicy unsupportedFeatures;
    private @Nullable EmptyPartitions emptyPartitions;
    private @Nullable Duration timeout;
    private @Nullable Duration idleTimeout;
    private boolean orderSensitive;

    Draft(String image, PartitionWriter<I> input, OutputReader<O> output) {
      this.image = image;
      this.input = requireNonNull(input, "input is null");
      this.output = requireNonNull(output, "output is null");
      volumes = new ArrayList<>();
      command = Command.NONE;
      settings = ContainerSettings.defaults();
      acceptedExitCodes = List.of(0);
    }

    Draft(Tool<?, ?> tool, PartitionWriter<I> input, OutputReader<O> output) {
      this(tool.image, input, output);
      volumes.addAll(tool.volumes);
      command = tool.command;
      settings = tool.settings;
      acceptedExitCodes = tool.acceptedExitCodes;
      pullPolicy = tool.pullPolicy;
      imageArchive = tool.imageArchive;
      unsupportedFeatures = tool.unsupportedFeatures;
      emptyPartitions = tool.emptyPartitions;
      timeout = tool.timeout;
      idleTimeout = tool.idleTimeout;
      orderSensitive = tool.orderSensitive;
    }
  }
}
