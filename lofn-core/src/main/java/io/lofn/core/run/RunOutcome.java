package io.lofn.core.run;

import static java.util.Objects.requireNonNull;

import io.lofn.api.EngineException;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.container.ContainerSession.Stop;
import io.lofn.core.container.ContainerSession.StopReason;
import io.lofn.core.exchange.DiskWatch;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeContents;
import io.lofn.core.feed.InputLease;
import io.lofn.core.feed.RunInputWriter;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.report.FailureReport;
import io.lofn.core.report.LayoutFailures;
import io.lofn.core.report.UnreadInput;
import io.lofn.core.task.PhaseClock;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.RunPhase;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how a run has ended, and makes the exceptions of its failures. Used by the task's thread;
 * {@link #check} by any.
 */
final class RunOutcome {

  private static final Logger LOG = LoggerFactory.getLogger(RunOutcome.class);
  private static final UnreadInput UNREAD = new UnreadInput();

  private final RunPlan plan;
  private final Tool<?, ?> tool;
  private final TaskScope task;
  private final InputLease lease;
  private final FailureReport report;
  private final LayoutFailures layouts;
  private final RunMetrics metrics;
  private final Executor threads;
  private final PhaseClock clock;
  private final Instant begun = Instant.now();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean kept = new AtomicBoolean();
  private volatile Runnable keeper = () -> {};
  private volatile @Nullable RunInputWriter<?> feed;
  private volatile @Nullable ContainerSession session;
  private volatile @Nullable ExchangeContents exchange;
  private volatile boolean checked;
  private volatile boolean over;

  RunOutcome(
      RunPlan plan,
      TaskScope task,
      InputLease lease,
      FailureReport report,
      RunMetrics metrics,
      Executor threads,
      PhaseClock clock) {
    this.plan = plan;
    this.tool = plan.tool();
    this.task = task;
    this.lease = lease;
    this.report = report;
    this.layouts = new LayoutFailures(task, report);
    this.metrics = metrics;
    this.threads = threads;
    this.clock = clock;
  }

  /** Sets the action that keeps the run's exchange if the tool fails. */
  void keepBy(Runnable action) {
    keeper = action;
  }

  /** Sets the writer of the input. */
  void writtenBy(RunInputWriter<?> input) {
    feed = input;
    report.noRecordsIf(input::isKnownToBeEmpty);
    layouts.writtenBy(input);
  }

  /** Notes what is in the exchange before the tool starts. */
  void noteInputs(Exchange directory) {
    try {
      ExchangeContents contents =
          ExchangeContents.of(
              directory, plan.settings().limits().disk(), tool.output().listsFiles(), threads);
      metrics.written(contents.inputBytes());
      exchange = contents;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the input of " + this, e);
    }
  }

  /** Notes that the container has started. */
  void started(ContainerSession container) {
    session = container;
    layouts.started(container.stderr());
  }

  /** Counts what the tool has added to the exchange as output. */
  void countOutputs() {
    metrics.read(contents().outputBytes());
  }

  private @Nullable Throwable inputFailure() {
    RunInputWriter<?> current = feed;
    return current == null ? null : current.failure();
  }

  /** Notes that the run is closed, and needs no stop any more. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** Stops the container if the run is no longer wanted. */
  void check(Instant now) {
    ContainerSession current = session;
    if (current == null || over) {
      return;
    }
    Throwable failure = inputFailure();
    if (failure != null) {
      current.stop(new Stop(StopReason.INPUT_FAILED, failure));
    } else if (task.isCancelled()) {
      current.stop(new Stop(StopReason.CANCELLED, null));
    } else if (!checked) {
      current.stopIfOverdue(now);
      checkDisk(current, now);
    }
  }

  private void checkDisk(ContainerSession current, Instant now) {
    ExchangeContents known = exchange;
    if (known != null && known.exceeded(now).isPresent()) {
      current.stop(new Stop(StopReason.DISK_LIMIT, null));
    }
  }

  private RuntimeException tooMuchDisk(DiskWatch watch) {
    keepIfWanted();
    return report.tooMuchDisk(watch, activeSession().stderr());
  }

  /**
   * Waits until the tool has ended, and throws unless it succeeded.
   *
   * @throws io.lofn.api.ToolFailedException if it did not
   */
  void awaitSuccess() {
    if (checked) {
      return;
    }
    clock.end(RunPhase.READ);
    try {
      checkExit();
      checked = true;
      clock.end(RunPhase.EXIT);
    } catch (RuntimeException | Error e) {
      failed();
      layouts.known(e);
      throw e;
    }
  }

  /** Returns whether the tool is known to have succeeded. */
  boolean hasSucceeded() {
    return checked;
  }

  private void checkExit() {
    ContainerExit exit = lease.lendWhile(this::awaitExit);
    Duration lasted = Duration.between(begun, Instant.now());
    metrics.ended(lasted);
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
    contents()
        .exceededAtEnd()
        .ifPresent(
            watch -> {
              throw tooMuchDisk(watch);
            });
    RunInputWriter<?> input = feed;
    if (input != null && input.isUnread()) {
      UNREAD.warn(plan);
    }
  }

  /** Counts this run as a failure, once, unless its task was cancelled. */
  void failed() {
    if (failed.compareAndSet(false, true) && !task.isCancelled()) {
      metrics.failed();
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
      case OUTPUT_TOO_LARGE -> report.recordTooLong("lofn stopped the tool", current.stderr());
      case DISK_LIMIT -> tooMuchDisk(contents().exceeded(Instant.now()).orElseThrow());
      case INPUT_FAILED -> layouts.ofWriter(requireNonNull(stop.cause()));
    };
  }

  /** What to throw for what a reader or a writer has thrown. */
  LayoutFailures layouts() {
    return layouts;
  }

  private void keepIfWanted() {
    if (kept.compareAndSet(false, true)) {
      keeper.run();
    }
  }

  /** Returns the exception for a tool that succeeded but left no output of this name. */
  RuntimeException outputMissing(String name) {
    keepIfWanted();
    return report.outputMissing(name, activeSession().stderr());
  }

  void requireReadable(String name, Path file) {
    if (!Files.isReadable(file)) {
      keepIfWanted();
      throw report.outputUnreadable(name, file, activeSession().stderr());
    }
  }

  /** Returns the exception for a tool that succeeded but left no output of this kind. */
  ToolFailedException nothingOf(String what) {
    keepIfWanted();
    return report.nothingOf(what, activeSession().stderr());
  }

  /** Returns the maximum size of an output record in bytes. */
  long maxRecordSize() {
    return plan.maxRecordSize();
  }

  /**
   * Returns the exception for a tool that wrote a larger record, and stops the tool if it still
   * runs.
   */
  ToolFailedException recordTooLong(String where) {
    ContainerSession current = activeSession();
    if (!checked) {
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

  /** Returns the exception for a tool whose output is larger than its disk can hold. */
  ToolFailedException outputTooLarge(long bytes, long room) {
    keepIfWanted();
    return report.outputTooLarge(bytes, room, activeSession().stderr());
  }

  /** Returns what was in the exchange when the tool started. */
  InputSnapshot inputs() {
    return contents().inputs();
  }

  private ExchangeContents contents() {
    return requireNonNull(exchange);
  }

  /** Returns the names in the exchange at which the tool sees something else. */
  Set<String> mountPoints() {
    return plan.mountPoints();
  }

  /** Returns whether the tool was given records; waits until that is known. */
  boolean hadRecords() {
    return requireNonNull(feed).hadRecords();
  }

  /** Returns the exception for an engine that lost a stream of a tool that succeeded. */
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

  @Override
  public String toString() {
    return plan.operator() + " of " + tool.image() + ", " + plan.task();
  }
}
