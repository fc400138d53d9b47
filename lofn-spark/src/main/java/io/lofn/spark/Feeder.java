package io.lofn.spark;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a writer that feeds standard input, on a thread of its own: the task's thread reads what the
 * tool writes meanwhile, so that neither waits for the other with a full pipe.
 */
final class Feeder<I> implements Runnable, RunInput {

  private static final int BUFFER = 1 << 16;

  private final PartitionWriter<I> writer;
  private final Iterator<I> records;
  private final RunFiles files;
  private final TaskScope task;
  private final Consumer<Throwable> onFailure;
  private final CompletableFuture<Void> wanted = new CompletableFuture<>();
  private final CompletableFuture<OutputStream> stdin = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Thread thread;

  /**
   * @param onFailure called once if the records cannot be had or written, but not if the tool just
   *     reads no more
   */
  Feeder(
      PartitionWriter<I> writer,
      Iterator<I> records,
      RunFiles files,
      TaskScope task,
      Consumer<Throwable> onFailure) {
    this.writer = writer;
    this.records = records;
    this.files = files;
    this.task = task;
    this.onFailure = onFailure;
  }

  /** Done when the container is to be started; fails if the writer failed before. */
  CompletableFuture<Void> wanted() {
    return wanted;
  }

  /** Lets the writer go on, once the container has started. */
  void begin(OutputStream containerStdin) {
    stdin.complete(new BufferedOutputStream(new ToolStdin(containerStdin), BUFFER));
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      task.adoptThread();
      writer.write(records, this);
      stdin().close();
    } catch (ToolStdin.Closed | CancellationException e) {
      wanted.complete(null);
    } catch (Throwable e) {
      wanted.completeExceptionally(e);
      onFailure.accept(e);
    } finally {
      thread = null;
      ended.countDown();
    }
  }

  /** Ends the writer as soon as it can be; whether it ended in time. */
  boolean stop(Duration atMost) throws InterruptedException {
    stdin.cancel(false);
    Thread current = thread;
    if (current != null && ended.getCount() > 0) {
      current.interrupt();
    }
    return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
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
  public OutputStream stdin() {
    wanted.complete(null);
    return stdin.join();
  }
}
