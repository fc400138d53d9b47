package io.lofn.core.feed;

import com.google.common.util.concurrent.Uninterruptibles;
import io.lofn.api.LofnException;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.core.streams.ToolStdin;
import io.lofn.core.task.PoolThreads;
import io.lofn.core.task.TaskScope;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the code that writes standard input, on another thread. Meanwhile the task's thread reads
 * the tool's output, so that neither waits for the other with a full pipe. The task's thread starts
 * a new thread for it, so that it inherits what belongs to the task. The new thread is in the
 * writer and the code upstream only while it has the lease.
 */
final class StdinWriter<I> implements RunInput {

  private static final Logger LOG = LoggerFactory.getLogger(StdinWriter.class);
  private static final int BUFFER = 1 << 16;

  private final PartitionWriter<I> writer;
  private final Iterator<I> records;
  private final RunFiles files;
  private final InputLease lease;
  private final Consumer<Throwable> onFailure;
  private final CompletableFuture<@Nullable Void> wanted = new CompletableFuture<>();
  private final CompletableFuture<OutputStream> stdin = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param onFailure called once if the records cannot be read or written, but not if the tool
   *     merely reads no more
   */
  StdinWriter(
      PartitionWriter<I> writer,
      Iterator<I> records,
      RunFiles files,
      TaskScope task,
      InputLease lease,
      Consumer<Throwable> onFailure) {
    this.writer = writer;
    this.records = records;
    this.files = files;
    this.lease = lease;
    this.onFailure = onFailure;
    Runnable adopted = task.adopt(this::feed);
    this.thread = new Thread(() -> run(adopted), "lofn input of " + task.identity());
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(PoolThreads.LOGGING);
  }

  void start() {
    try {
      thread.start();
    } catch (Throwable e) { // for example, no more threads are allowed
      ended.countDown();
      throw e;
    }
  }

  /** Completes when the container should start; fails if the writer failed before. */
  CompletableFuture<@Nullable Void> wanted() {
    return wanted;
  }

  /** Lets the writer go on, once the container has started. */
  void begin(OutputStream containerStdin) {
    stdin.complete(new BufferedOutputStream(new Yielding(new ToolStdin(containerStdin)), BUFFER));
  }

  private void run(Runnable adopted) {
    try {
      adopted.run();
      files.end();
      wanted.complete(null);
    } catch (Throwable e) {
      fail(e);
    } finally {
      lease.giveBack();
      ended.countDown();
    }
  }

  private void feed() {
    try {
      lease.take();
      StdinRecords<I> fed = new StdinRecords<>(records, lease);
      writer.write(fed, this);
      fed.end();
      stdin().close();
    } catch (ToolStdin.Closed e) {
      failIfInterrupted(e);
    } catch (IOException e) {
      fail(e);
    }
  }

  /**
   * Fails the input after an interrupt has closed it: the tool must not take that for the end of
   * the input.
   */
  private void failIfInterrupted(ToolStdin.Closed closed) {
    if (Thread.currentThread().isInterrupted()) {
      fail(closed);
    }
  }

  /** Reports a failure of the input. After the end of the run, that end is the cause. */
  private void fail(Throwable cause) {
    try {
      if (lease.isOver()) {
        LOG.debug("The input of a run that is over broke off", cause);
      } else {
        onFailure.accept(cause);
      }
    } finally {
      wanted.completeExceptionally(cause);
    }
  }

  /** Ends the writer as soon as possible, by any thread; returns whether it ended in time. */
  boolean stop(Duration atMost) {
    lease.end();
    stdin.cancel(false);
    return Thread.currentThread() == thread || Uninterruptibles.awaitUninterruptibly(ended, atMost);
  }

  @Override
  public Path directory() {
    return files.directory();
  }

  @Override
  public Path file(String name) throws IOException {
    return files.file(name);
  }

  @Override
  public LofnException badRecord(long number, String problem) {
    return files.badRecord(number, problem);
  }

  @Override
  public OutputStream stdin() {
    OutputStream begun = stdin.getNow(null);
    if (begun != null) {
      return begun;
    }
    files.end();
    boolean unused = records.hasNext(); // the container finds the name of the file it comes from
    lease.giveBack();
    wanted.complete(null);
    try {
      return stdin.join();
    } finally {
      lease.take();
    }
  }

  /** Returns the lease during each operation that may wait for the tool to read. */
  private final class Yielding extends FilterOutputStream {

    Yielding(OutputStream stdin) {
      super(stdin);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      outOfTurn(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      outOfTurn(out::flush);
    }

    @Override
    public void close() throws IOException {
      outOfTurn(out::close);
    }

    private void outOfTurn(Action action) throws IOException {
      if (Thread.currentThread() != thread) {
        throw new IllegalStateException(
            "Write standard input on the thread that calls the writer only");
      }
      lease.giveBack();
      try {
        action.run();
      } catch (ToolStdin.Closed e) {
        failIfInterrupted(
            e); // before the tool can end because of it, and before the lease is taken
        throw e;
      } finally {
        lease.take();
      }
    }
  }

  private interface Action {

    void run() throws IOException;
  }
}
