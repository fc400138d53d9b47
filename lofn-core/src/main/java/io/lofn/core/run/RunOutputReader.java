package io.lofn.core.run;

import io.lofn.api.FileNames;
import io.lofn.api.RunOutput;
import io.lofn.api.ToolFailedException;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.feed.InputLease;
import io.lofn.core.node.CountedNames;
import io.lofn.core.streams.OutputIterator;
import io.lofn.core.streams.StreamDrainer;
import io.lofn.core.task.RunMetrics;
import io.lofn.spi.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** The output of a run, whose end is reported only if the run succeeded. */
final class RunOutputReader implements RunOutput, OutputIterator.Source {

  private final RunOutcome run;
  private final Exchange exchange;
  private final InputLease lease;
  private final RunMetrics metrics;
  private final Executor threads;
  private StdoutUse stdout = StdoutUse.UNDECIDED;
  private boolean counted;

  /** Who has asked for the records last, and so waits for the tool if anybody does. */
  private Thread taker = Thread.currentThread();

  private enum StdoutUse {
    UNDECIDED,
    READER,
    LOG
  }

  RunOutputReader(
      RunOutcome run, Exchange exchange, InputLease lease, RunMetrics metrics, Executor threads) {
    this.run = run;
    this.exchange = exchange;
    this.lease = lease;
    this.metrics = metrics;
    this.threads = threads;
  }

  /** What to throw for what the reader has thrown. */
  @Override
  public RuntimeException readingFailed(RuntimeException thrown) {
    return run.layouts().ofReader(thrown);
  }

  /** The calling thread is about to take records. */
  @Override
  public void takenHere() {
    taker = Thread.currentThread();
  }

  @Override
  public Path directory() {
    awaitSuccess();
    if (!counted) {
      counted = true;
      run.countOutputs();
    }
    return exchange.directory();
  }

  @Override
  public Path file(String name) {
    awaitSuccess();
    Path file = exchange.regularFile(name).orElseThrow(() -> run.outputMissing(name));
    run.requireReadable(name, file);
    long bytes = lengthOf(file);
    requireReal(bytes);
    metrics.read(bytes);
    return file;
  }

  @Override
  public List<String> files(Predicate<String> wanted) throws IOException {
    awaitSuccess();
    List<String> names =
        run.inputs()
            .outputs(
                new CountedNames(
                    wanted, run.maxRecordSize(), () -> recordTooLong("the names of its files")),
                run.mountPoints());
    long bytes = 0;
    for (String name : names) {
      Path file = FileNames.resolve(exchange.directory(), name);
      run.requireReadable(name, file);
      long more = length(file);
      bytes = bytes > Long.MAX_VALUE - more ? Long.MAX_VALUE : bytes + more;
    }
    requireReal(bytes);
    return names;
  }

  private static long length(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).size();
  }

  private static long lengthOf(Path file) {
    try {
      return length(file);
    } catch (IOException e) {
      throw new UncheckedIOException("The length of an output cannot be told", e);
    }
  }

  /** What is read and copied is never more than the tool can have written. */
  private void requireReal(long bytes) {
    long room = ExchangeDisk.totalBytes(exchange.directory());
    if (bytes > room) {
      throw run.outputTooLarge(bytes, room);
    }
  }

  @Override
  public long maxRecordSize() {
    return run.maxRecordSize();
  }

  @Override
  public ToolFailedException recordTooLong(String where) {
    return run.recordTooLong(where);
  }

  @Override
  public boolean hadRecords() {
    awaitSuccess();
    return run.hadRecords();
  }

  @Override
  public ToolFailedException missing(String what) {
    awaitSuccess();
    return run.nothingOf(what);
  }

  @Override
  public InputStream stdout() {
    if (stdout == StdoutUse.LOG) {
      throw new IllegalStateException("stdout() must be asked for before the exchange's files");
    }
    stdout = StdoutUse.READER;
    return new OutcomeStream();
  }

  private void awaitSuccess() {
    if (stdout == StdoutUse.UNDECIDED) {
      stdout = StdoutUse.LOG;
      ContainerSession session = run.activeSession();
      threads.execute(new StreamDrainer(run.toString(), session.stdout(), session::lost));
    }
    run.awaitSuccess();
  }

  /** Waits for the outcome of a tool whose reader has stopped reading, and drains its output. */
  @Override
  public void finish() throws IOException {
    if (stdout == StdoutUse.READER) {
      long unused = stdout().transferTo(OutputStream.nullOutputStream());
    }
    awaitSuccess();
  }

  /** Standard output whose end is reported only after the tool has ended well. */
  private final class OutcomeStream extends BlockInputStream {

    private final InputStream stdout = metrics.counted(run.activeSession().stdout());

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      requireTaker();
      int count;
      try {
        count = lease.lendWhile(() -> stdout.read(bytes, offset, length));
      } catch (IOException e) {
        run.awaitSuccess();
        throw run.streamBroken(e);
      }
      if (count < 0) {
        run.awaitSuccess();
      }
      return count;
    }

    /** Another thread would lend the input's lease while the task's thread is anywhere. */
    private void requireTaker() {
      if (Thread.currentThread() != taker) {
        throw new IllegalStateException(
            "The tool's standard output is read by the thread that takes the records, and not by"
                + " another that reads ahead");
      }
    }
  }
}
