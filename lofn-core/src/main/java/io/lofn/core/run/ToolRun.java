package io.lofn.core.run;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.config.KeepPolicy;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.feed.InputLease;
import io.lofn.core.feed.RunInputWriter;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.replay.FailedRunArchive;
import io.lofn.core.report.FailureReport;
import io.lofn.core.streams.OutputIterator;
import io.lofn.core.task.CancellableIterator;
import io.lofn.core.task.Closing;
import io.lofn.core.task.PhaseClock;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.RunPhase;
import io.lofn.core.task.RunWatchdog;
import io.lofn.core.task.RunWatchdog.Watched;
import io.lofn.core.task.TaskScope;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a tool for one attempt at a partition: exchange, image, volumes, input,
 * container, output, outcome. Used by the task's thread; {@link #check} and {@link #close} by any.
 */
final class ToolRun<I, O> implements Watched {

  private final RunPlan plan;
  private final Tool<I, O> tool;
  private final TaskScope task;
  private final BiFunction<FailureReport, PhaseClock, ContainerLauncher> launchers;
  private final RunWatchdog watchdog;
  private final RunMetrics metrics;
  private final Executor threads;
  private final FailureReport report;
  private final InputLease lease;
  private final PhaseClock clock = new PhaseClock();
  private final RunOutcome outcome;
  private volatile @Nullable ContainerLauncher launcher;
  private volatile @Nullable RunInputWriter<I> feed;

  ToolRun(
      RunPlan plan,
      Tool<I, O> tool,
      TaskScope task,
      BiFunction<FailureReport, PhaseClock, ContainerLauncher> launchers,
      RunWatchdog watchdog,
      RunMetrics metrics,
      Executor threads) {
    this.plan = plan;
    this.tool = tool;
    this.task = task;
    this.launchers = launchers;
    this.watchdog = watchdog;
    this.metrics = metrics;
    this.threads = threads;
    this.report = new FailureReport(plan);
    this.lease = new InputLease(task);
    this.outcome = new RunOutcome(plan, task, lease, report, metrics, threads, clock);
  }

  /** Does everything up to the first record of the output. */
  Iterator<O> execute(Iterator<I> records) throws IOException {
    metrics.begun();
    watchdog.add(this);
    requireOpen();
    ContainerLauncher ready = launchers.apply(report, clock);
    launcher = ready;
    requireOpen();
    Exchange directory = ready.exchange();
    report.exchange(directory.directory());
    FailedRunArchive keeper =
        plan.keep() == KeepPolicy.ON_FAILURE ? new FailedRunArchive(toString(), directory) : null;
    Iterator<I> wanted = new CancellableIterator<>(records, task);
    RunInputWriter<I> input =
        new RunInputWriter<>(tool.input(), directory, task, lease, toString());
    feed = input;
    outcome.writtenBy(input);
    outcome.layouts().give(input, wanted, tool.input().usesStdin());
    ready.inputFile(input.file());
    clock.end(RunPhase.FEED);
    ContainerSession started = start(ready, directory, keeper);
    if (tool.input().usesStdin()) {
      OutputStream stdin = metrics.counted(started.stdin());
      input.begin(keeper == null ? stdin : keeper.copied(stdin));
    }
    RunOutputReader results = new RunOutputReader(outcome, directory, lease, metrics, threads);
    Stream<O> output = outcome.layouts().read(tool.output(), results);
    requireOpen();
    return new OutputIterator<>(output, results, this::finish);
  }

  /**
   * Checks that the run is open. A thread that closes a starting run cannot see what the run
   * acquires next.
   */
  private void requireOpen() {
    if (outcome.isOver()) {
      throw new LofnException("lofn shut down on this executor before the start of " + this);
    }
  }

  private ContainerSession start(
      ContainerLauncher ready, Exchange directory, @Nullable FailedRunArchive keeper) {
    if (keeper != null) {
      keeper.noteInputs();
      outcome.keepBy(() -> keep(keeper, ready));
    }
    outcome.noteInputs(directory);
    try (RunMetrics.Timing create = metrics.create()) {
      ContainerSession started = ready.start();
      outcome.started(started);
      clock.end(RunPhase.START);
      return started;
    }
  }

  private void keep(FailedRunArchive keeper, ContainerLauncher ready) {
    ready.started().flatMap(spec -> keeper.keep(ready.runtime(), spec)).ifPresent(report::kept);
  }

  /** Stops the container if the run must not continue. The watchdog calls it periodically. */
  @Override
  public void check(Instant now) {
    outcome.check(now);
  }

  /** Counts this run as a failure, once, unless its task was cancelled. */
  void failed() {
    outcome.failed();
  }

  /** Ends a run at the end of its output, on the thread that has read it. */
  private void finish() {
    clock.end(RunPhase.READ);
    close();
    clock.end(RunPhase.DELETE);
    if (outcome.hasSucceeded()) {
      clock.report(metrics, this);
    }
  }

  /**
   * Removes the container, ends the writer, and deletes the exchange. Idempotent: a run that is
   * closed while it starts, and so fails, is closed again for what it has acquired meanwhile.
   */
  @Override
  public void close() {
    outcome.end();
    ContainerLauncher ready = launcher;
    RunInputWriter<I> input = feed;
    Closing.all(
        ready == null ? ToolRun::nothing : ready::endContainer,
        input == null ? ToolRun::nothing : input::end,
        ready == null ? ToolRun::nothing : ready,
        () -> watchdog.remove(this));
  }

  private static void nothing() {}

  @Override
  public String toString() {
    return outcome.toString();
  }
}
