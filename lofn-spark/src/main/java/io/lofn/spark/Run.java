package io.lofn.spark;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Timer;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spark.ContainerSession.Stop;
import io.lofn.spark.ContainerSession.StopReason;
import io.lofn.spark.Supervisor.Supervised;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution of a tool for one attempt at a partition: exchange, image, volumes, input,
 * container, output, verdict. Used by the task's thread; {@link #check} and {@link #close} by any.
 */
final class Run<I, O> implements Supervised {

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  private final RunPlan plan;
  private final Tool<I, O> tool;
  private final TaskScope task;
  private final Node node;
  private final FailureReport report;
  private final InputTurn turn;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Instant begun = Instant.now();
  private volatile @Nullable ContainerLauncher launcher;
  private volatile @Nullable Exchange exchange;
  private volatile @Nullable FailedRun failedRun;
  private volatile @Nullable ContainerSession session;
  private volatile @Nullable RunFeed<I> feed;
  private volatile boolean closed;
  private volatile @Nullable DiskWatch disk;
  private @Nullable InputSnapshot inputs;
  private volatile boolean judged;
  private long inputFiles;

  Run(RunPlan plan, Tool<I, O> tool, TaskScope task, Node node) {
    this.plan = plan;
    this.tool = tool;
    this.task = task;
    this.node = node;
    this.report = new FailureReport(plan);
    this.turn = new InputTurn(task);
  }

  /** Does everything up to the first record of the output. */
  Iterator<O> execute(Iterator<I> records) throws IOException {
    node.meters().begun();
    node.supervisor().add(this);
    requireOpen();
    ContainerLauncher ready = new ContainerLauncher(plan, task, node, report);
    launcher = ready;
    requireOpen();
    Exchange directory = ready.exchange();
    exchange = directory;
    report.exchange(directory.directory());
    failedRun = plan.keep() == Keep.ON_FAILURE ? new FailedRun(toString(), directory) : null;
    Iterator<I> wanted = new CancellableIterator<>(records, task);
    RunFeed<I> input = new RunFeed<>(tool.input(), directory, task, turn, toString());
    feed = input;
    if (tool.input().usesStdin()) {
      input.start(wanted);
    } else {
      input.write(wanted);
    }
    countInputs(directory);
    ContainerSession started = start(ready);
    session = started;
    if (tool.input().usesStdin()) {
      OutputStream stdin = node.meters().counted(started.stdin());
      FailedRun keeper = failedRun;
      input.begin(keeper == null ? stdin : keeper.copied(stdin));
    }
    RunResults results = new RunResults(this, directory);
    Stream<O> output = tool.output().read(results);
    requireOpen();
    return new OutputIterator<>(output, results, this);
  }

  /** Whoever closes a run that is beginning cannot see what it is about to get hold of. */
  private void requireOpen() {
    if (closed) {
      throw new LofnException("lofn has ended here before " + this + " had begun");
    }
  }

  private ContainerSession start(ContainerLauncher ready) {
    FailedRun keeper = failedRun;
    if (keeper != null) {
      keeper.noteInputs();
    }
    noteInputs();
    try (Timer.Context create = node.meters().create()) {
      return ready.start();
    }
  }

  private void noteInputs() {
    Exchange current = exchange;
    if (current != null && tool.output().listsFiles()) {
      try {
        inputs = InputSnapshot.of(current.directory());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot list the input of " + this, e);
      }
    }
  }

  private void countInputs(Exchange directory) {
    inputFiles = ExchangeState.bytes(directory.directory());
    node.meters().written(inputFiles);
    plan.settings()
        .limits()
        .disk()
        .ifPresent(limit -> disk = new DiskWatch(directory, limit, inputFiles, node.threads()));
  }

  /** Counts what is in the exchange beyond what was put there as output. */
  void countOutputs(Exchange directory) {
    node.meters().read(Math.max(0, ExchangeState.bytes(directory.directory()) - inputFiles));
  }

  private @Nullable Throwable inputFailure() {
    RunFeed<I> current = feed;
    return current == null ? null : current.failure();
  }

  /** Stops the container if the run is no longer wanted. Called by the supervisor now and then. */
  @Override
  public void check(Instant now) {
    ContainerSession current = session;
    if (current == null || closed) {
      return;
    }
    Throwable failure = inputFailure();
    if (failure != null) {
      current.stop(new Stop(StopReason.INPUT_FAILED, failure));
    } else if (task.isCancelled()) {
      current.stop(new Stop(StopReason.CANCELLED, null));
    } else if (!judged) {
      current.stopIfOverdue(now);
      checkDisk(current, now);
    }
  }

  private void checkDisk(ContainerSession current, Instant now) {
    DiskWatch watch = disk;
    if (watch != null && watch.isExceeded()) {
      current.stop(new Stop(StopReason.DISK_LIMIT, null));
    } else if (watch != null) {
      watch.check(now);
    }
  }

  /** Once more at the end: a tool may write much in a short time, or hide it meanwhile. */
  private void judgeDisk() {
    DiskWatch watch = disk;
    if (watch != null) {
      watch.look(true);
      if (watch.isExceeded()) {
        keepIfWanted();
        throw report.tooMuchDisk(watch, activeSession().stderr());
      }
    }
  }

  /**
   * Waits until the tool has ended, and throws unless it ended well.
   *
   * @throws io.lofn.api.ToolFailedException if it did not
   */
  void awaitSuccess() {
    if (judged) {
      return;
    }
    try {
      judge();
      judged = true;
    } catch (RuntimeException | Error e) {
      failed();
      throw e;
    }
  }

  private void judge() {
    ContainerExit exit = turn.lendWhile(this::awaitExit);
    Duration lasted = Duration.between(begun, Instant.now());
    node.meters().ended(lasted);
    LOG.info(
        "{}: {} ended with exit code {} after {} ms; {}, served by {}",
        plan.operator(),
        tool.image(),
        exit.code(),
        lasted.toMillis(),
        plan.task(),
        report.servedBy());
    boolean accepted = tool.acceptedExitCodes().contains(exit.code());
    if (accepted && exit.code() != 0 && activeSession().neverBegan(exit)) {
      keepIfWanted();
      throw report.neverBegan(exit, activeSession().stderr());
    }
    if (!accepted) {
      Reason reason = exit.outOfMemory() ? Reason.OUT_OF_MEMORY : Reason.EXIT_CODE;
      keepIfWanted();
      throw report.failure(reason, exit, activeSession().stderr());
    }
    judgeDisk();
  }

  /** Counts this run among the failures, once, and unless nobody wanted it any more. */
  void failed() {
    if (failed.compareAndSet(false, true) && !task.isCancelled()) {
      node.meters().failed();
    }
  }

  private ContainerExit awaitExit() {
    ContainerSession current = activeSession();
    Optional<ContainerExit> exit = Optional.empty();
    while (true) {
      Optional<Stop> stop = current.awaitStop();
      if (stop.isPresent()) {
        throw stopped(stop.get(), current);
      }
      if (exit.isPresent() && inputFailure() == null) {
        return exit.get();
      }
      exit = awaitBriefly(current);
      check(Instant.now());
    }
  }

  private Optional<ContainerExit> awaitBriefly(ContainerSession current) {
    try {
      return current.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      current.stop(new Stop(StopReason.CANCELLED, null));
      return Optional.empty();
    }
  }

  private RuntimeException stopped(Stop stop, ContainerSession current) {
    return switch (stop.reason()) {
      case CANCELLED -> task.cancellation();
      case TIMED_OUT -> {
        keepIfWanted();
        yield report.failure(Reason.TIMED_OUT, null, current.stderr());
      }
      case IDLE -> {
        keepIfWanted();
        yield report.idle(current.stderr());
      }
      case OUTPUT_TOO_LARGE -> report.recordTooLong("it was stopped for it", current.stderr());
      case DISK_LIMIT -> {
        keepIfWanted();
        yield report.tooMuchDisk(requireNonNull(disk), current.stderr());
      }
      case INPUT_FAILED -> EngineCalls.unchecked(requireNonNull(stop.cause()));
    };
  }

  private void keepIfWanted() {
    FailedRun keeper = failedRun;
    ContainerLauncher ready = launcher;
    if (keeper != null && ready != null) {
      failedRun = null;
      ready.started().flatMap(spec -> keeper.keep(ready.runtime(), spec)).ifPresent(report::kept);
    }
  }

  /** The failure of a tool that ended well but left no output of a name. */
  RuntimeException outputMissing(String name) {
    keepIfWanted();
    return report.outputMissing(name, activeSession().stderr());
  }

  /** The failure of a tool that ended well but left nothing of a kind. */
  ToolFailedException nothingOf(String what) {
    keepIfWanted();
    return report.nothingOf(what, activeSession().stderr());
  }

  /** How many bytes a record of its output may have. */
  long maxRecordSize() {
    return plan.maxRecordSize();
  }

  /** The failure of a tool that wrote a record of more bytes; if it still runs, it is stopped. */
  ToolFailedException recordTooLong(String where) {
    ContainerSession current = activeSession();
    if (!judged) {
      current.stop(new Stop(StopReason.OUTPUT_TOO_LARGE, null));
      boolean cancelled =
          current.awaitStop().filter(stop -> stop.reason() == StopReason.CANCELLED).isPresent();
      if (cancelled) {
        throw task.cancellation();
      }
      failed();
    }
    keepIfWanted();
    return report.recordTooLong(where, current.stderr());
  }

  /** The failure of a tool whose output cannot be what its disk holds. */
  ToolFailedException outputTooLarge(long bytes, long room) {
    keepIfWanted();
    return report.outputTooLarge(bytes, room, activeSession().stderr());
  }

  /** What was in the exchange when the tool was started. */
  InputSnapshot inputs() {
    InputSnapshot known = inputs;
    if (known == null) {
      throw new IllegalStateException(
          "An OutputReader that asks for files() must say so in listsFiles()");
    }
    return known;
  }

  /** Names in the exchange that the tool sees something else at. */
  Set<String> mountPoints() {
    return plan.mountPoints();
  }

  /** Whether the tool was given records; waits until that is known. */
  boolean hadRecords() {
    return requireNonNull(feed).hadRecords();
  }

  /** The failure of an engine that lost a stream of a tool that ended well. */
  RuntimeException streamBroken(IOException cause) {
    failed();
    return EngineException.transientFailure(
        "The standard output of container %s broke off at %s: %s"
            .formatted(activeSession().container().id(), report.servedBy(), cause.getMessage()),
        cause);
  }

  ContainerSession activeSession() {
    ContainerSession current = session;
    if (current == null) {
      throw new IllegalStateException("The tool has not started");
    }
    return current;
  }

  Node node() {
    return node;
  }

  /** Whose turn it is to use the records. */
  InputTurn turn() {
    return turn;
  }

  /**
   * Removes the container, ends the writer, and deletes the exchange. Idempotent: a run that was
   * closed while it began, and so fails, is closed again for what it has got meanwhile.
   */
  @Override
  public void close() {
    closed = true;
    ContainerLauncher ready = launcher;
    RunFeed<I> input = feed;
    Closing.all(
        ready == null ? Run::nothing : ready::endContainer,
        input == null ? Run::nothing : input::end,
        ready == null ? Run::nothing : ready,
        () -> node.supervisor().remove(this));
  }

  private static void nothing() {}

  @Override
  public String toString() {
    return plan.operator() + " of " + tool.image() + ", " + plan.task();
  }
}
