package io.lofn.core.feed;

import static java.util.Objects.requireNonNull;

import io.lofn.api.LofnException;
import io.lofn.api.PartitionWriter;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the records of a partition to one run: to files of its exchange, or to standard input on
 * another thread.
 */
public final class RunInputWriter<I> {

  private static final Logger LOG = LoggerFactory.getLogger(RunInputWriter.class);

  /** How long a writer may continue after the run; it gets no more records. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final PartitionWriter<I> writer;
  private final Exchange exchange;
  private final TaskScope task;
  private final InputLease lease;
  private final String title;
  private volatile @Nullable ObservedRecords<I> given;
  private volatile @Nullable StdinWriter<I> stdinWriter;
  private volatile @Nullable FileReads reads;
  private volatile @Nullable Throwable failure;

  /**
   * @param title the run, for messages
   */
  public RunInputWriter(
      PartitionWriter<I> writer,
      Exchange exchange,
      TaskScope task,
      InputLease lease,
      String title) {
    this.writer = writer;
    this.exchange = exchange;
    this.task = task;
    this.lease = lease;
    this.title = title;
  }

  /** Writes all records to files, by the calling thread. */
  public void write(Iterator<I> records) throws IOException {
    ObservedRecords<I> all = new ObservedRecords<>(records, task);
    given = all;
    RunFiles files = new RunFiles(exchange, title);
    try {
      writer.write(all, files);
      reads = files.watch();
    } catch (IOException e) {
      throw explained(e).orElseThrow(() -> e);
    } finally {
      files.end();
    }
  }

  /** Starts the stdin writer, and waits until it has written its files. */
  public void start(Iterator<I> records) {
    ObservedRecords<I> all = new ObservedRecords<>(records, task);
    given = all;
    StdinWriter<I> started =
        new StdinWriter<>(
            all.settledBy(writer), all, new RunFiles(exchange, title), task, lease, this::failed);
    started.start();
    stdinWriter = started;
    try {
      lease.lendWhile(() -> TaskCalls.await(task, started.wanted()));
    } catch (UncheckedIOException e) {
      throw explained(requireNonNull(e.getCause())).map(RuntimeException.class::cast).orElse(e);
    }
  }

  /** Returns whether there were records. On the task's thread; waits until it is known. */
  public boolean hadRecords() {
    ObservedRecords<I> all = requireNonNull(given);
    return stdinWriter == null
        ? all.any()
        : lease.lendWhile(() -> TaskCalls.await(task, all.known()));
  }

  /** Whether the tool, which has ended, had records in files and is known to have read none. */
  public boolean isUnread() {
    FileReads watched = reads;
    return watched != null && watched.noneRead() && hadRecords();
  }

  /** The file that Spark has read the first record from, if it says so, and there was a record. */
  public Optional<String> file() {
    return requireNonNull(given).file();
  }

  /** Whether it is known by now that there are no records; by any thread. */
  public boolean isKnownToBeEmpty() {
    ObservedRecords<I> all = given;
    return all != null && all.areKnownToBeNone();
  }

  /** Lets the stdin writer continue, once the tool has started. */
  public void begin(OutputStream stdin) {
    requireNonNull(stdinWriter).begin(stdin);
  }

  private void failed(Throwable cause) {
    failure = cause;
    failure = explained(cause).map(Throwable.class::cast).orElse(cause);
  }

  /**
   * Returns the exception for an input that was not written, if the disk of the exchange is the
   * cause.
   */
  private Optional<LofnException> explained(Throwable cause) {
    return cause instanceof IOException e
        ? ExchangeDisk.of(exchange.directory()).explain(title, e)
        : Optional.empty();
  }

  /** What the code that makes the records has thrown, which is no failure of the writer. */
  public @Nullable Throwable upstreamFailure() {
    ObservedRecords<I> all = given;
    return all == null ? null : all.failure();
  }

  /** Returns the failure of the stdin writer, if any. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Ends the stdin writer. Close the tool's standard input before, since the writer may wait for
   * it.
   */
  public void end() {
    StdinWriter<I> current = stdinWriter;
    if (current != null && !current.stop(GRACE)) {
      LOG.warn("The stdin writer of {} is still running after the end of the run", title);
    }
  }
}
