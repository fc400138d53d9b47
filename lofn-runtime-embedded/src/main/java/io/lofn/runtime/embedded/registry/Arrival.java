package io.lofn.runtime.embedded.registry;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.image.Arrivals;
import io.lofn.image.OciLayout;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/**
 * The layers of one image on their way, a few at a time and the lowest first, from the first wait
 * on. What failed ends the next wait, whatever that waits for. Closing it ends the threads.
 */
final class Arrival implements Arrivals, AutoCloseable {

  /** As docker does. */
  private static final int AT_ONCE = 3;

  private static final Duration END = Duration.ofMinutes(1);

  private final Endpoint endpoint;
  private final Map<String, BlobDownload> downloads = new LinkedHashMap<>();
  private final Map<String, Future<?>> running = new LinkedHashMap<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          AT_ONCE,
          work -> {
            Thread thread = new Thread(work, "lofn-pull");
            thread.setDaemon(true);
            return thread;
          });

  Arrival(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Adds a layer. */
  void add(String digest, BlobDownload download) {
    downloads.putIfAbsent(OciLayout.blob(digest), download);
  }

  @Override
  public void await(String name) throws IOException {
    if (!downloads.containsKey(name)) {
      return;
    }
    if (running.isEmpty()) {
      downloads.forEach((file, download) -> running.put(file, threads.submit(download)));
    }
    for (Future<?> each : running.values()) {
      if (each.isDone()) {
        join(each);
      }
    }
    join(Objects.requireNonNull(running.get(name)));
  }

  /** Returns whether a layer was asked for; none is if the tree of the image is there. */
  boolean hasBegun() {
    return !running.isEmpty();
  }

  private void join(Future<?> file) throws IOException {
    try {
      file.get(Math.max(1, endpoint.deadline() - System.nanoTime()), NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException | CancellationException e) {
      throw endpoint.unanswered(new IOException("it takes too long", e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(endpoint.source().message("interrupted"), e);
    }
  }

  private static IOException failure(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return cause instanceof IOException checked
        ? checked
        : new IOException(cause.toString(), cause);
  }

  @Override
  public void close() {
    endpoint.close();
    threads.shutdownNow();
    // Nobody may write to the files when the caller deletes them.
    if (!Uninterruptibly.ended(threads, END)) {
      throw new EngineException("Threads of a pull do not end");
    }
  }
}
