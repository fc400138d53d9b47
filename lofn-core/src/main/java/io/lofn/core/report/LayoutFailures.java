package io.lofn.core.report;

import io.lofn.api.LofnException;
import io.lofn.api.OutputReader;
import io.lofn.api.RunOutput;
import io.lofn.core.feed.RunInputWriter;
import io.lofn.core.streams.StreamTail;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says whose run it was when a reader or a writer fails. What is not theirs stays as it is: the
 * failure of the tool, of the code that makes the records, and of a task that was killed.
 */
public final class LayoutFailures {

  private final TaskScope task;
  private final FailureReport report;
  private volatile StreamTail stderr = new StreamTail();
  private volatile @Nullable RunInputWriter<?> feed;
  private volatile @Nullable Throwable known;

  public LayoutFailures(TaskScope task, FailureReport report) {
    this.task = task;
    this.report = report;
  }

  /** Takes note of where the records come from. */
  public void writtenBy(RunInputWriter<?> input) {
    feed = input;
  }

  /** Takes note of what the tool writes to standard error. */
  public void started(StreamTail tail) {
    stderr = tail;
  }

  /** Takes note of what the run fails with, which passes through its reader. */
  public void known(Throwable failure) {
    known = failure;
  }

  /** Lets the writer write: to standard input on a thread of its own, or to files at once. */
  public <I> void give(RunInputWriter<I> input, Iterator<I> records, boolean stdin) {
    try {
      if (stdin) {
        input.start(records);
      } else {
        input.write(records);
      }
    } catch (IOException | RuntimeException e) {
      throw ofWriter(e);
    }
  }

  /** Has the reader read. */
  public <O> Stream<O> read(OutputReader<O> reader, RunOutput output) {
    try {
      return reader.read(output);
    } catch (IOException | RuntimeException e) {
      throw ofReader(e);
    }
  }

  /** What to throw for what a writer has thrown, or the records that it takes. */
  public RuntimeException ofWriter(Throwable thrown) {
    RunInputWriter<?> input = feed;
    boolean passes =
        task.isCancelled()
            || thrown instanceof LofnException
            || isOf(thrown, input == null ? null : input.upstreamFailure());
    return !passes && thrown instanceof Exception e
        ? report.writingFailed(e, stderr)
        : TaskCalls.unchecked(thrown);
  }

  /** What to throw for what a reader has thrown. */
  public RuntimeException ofReader(Exception thrown) {
    RunInputWriter<?> input = feed;
    boolean passes =
        task.isCancelled()
            || isOf(thrown, known)
            || isOf(thrown, input == null ? null : input.failure())
            || isOf(thrown, input == null ? null : input.upstreamFailure())
            || isWhole(thrown);
    return passes
        ? report.complete(TaskCalls.unchecked(thrown))
        : report.readingFailed(thrown, stderr);
  }

  private static boolean isOf(Throwable thrown, @Nullable Throwable other) {
    return Causes.of(thrown).anyMatch(each -> each == other);
  }

  /** Whether it is a failure of a kind that says all itself, such as the tool's. */
  private static boolean isWhole(Throwable thrown) {
    return Causes.of(thrown)
        .anyMatch(each -> each instanceof LofnException && each.getClass() != LofnException.class);
  }
}
