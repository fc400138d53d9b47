package io.lofn.core.storage;

import io.lofn.api.StagingException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.task.TaskCalls;
import io.lofn.spi.StagedVolume;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stages one volume on a thread of its own. Interrupts it when its time is over or nobody needs the
 * volume any more, and does not wait for it, since the code of others may ignore the interrupt.
 */
final class TimedStaging {

  private static final Logger LOG = LoggerFactory.getLogger(TimedStaging.class);

  private final URI source;
  private final Duration atMost;
  private final CompletableFuture<StagedVolume> result = new CompletableFuture<>();

  TimedStaging(URI source, Duration atMost) {
    this.source = source;
    this.atMost = atMost;
  }

  /**
   * Waits for the volume.
   *
   * @throws StagingException what the stager throws, or if it takes too long, or the calling thread
   *     is interrupted
   */
  StagedVolume call(Supplier<StagedVolume> staging) {
    Thread thread = new Thread(() -> run(staging), "lofn staging of " + source);
    thread.setDaemon(true);
    thread.start();
    try {
      return result.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw TaskCalls.unchecked(e.getCause());
    } catch (TimeoutException e) {
      return giveUp(
          thread,
          new StagingException(
              "The volume %s was not staged within %s; if the volume is large or the network is slow, raise %s"
                  .formatted(source, atMost, LofnConfig.VOLUMES_TIMEOUT.name()),
              e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(
          thread,
          new StagingException("Interrupted while the volume " + source + " was staged", e));
    }
  }

  /** Abandons the staging, unless the volume has arrived at the last moment. */
  private StagedVolume giveUp(Thread thread, StagingException why) {
    if (result.completeExceptionally(why)) {
      thread.interrupt();
      throw why;
    }
    try {
      return result.join();
    } catch (RuntimeException e) {
      throw why;
    }
  }

  private void run(Supplier<StagedVolume> staging) {
    try {
      StagedVolume staged = staging.get();
      if (!result.complete(staged)) {
        staged.close();
      }
    } catch (Throwable e) {
      if (!result.completeExceptionally(e)) {
        LOG.debug("Staging of the abandoned volume {} has ended: {}", source, e.toString());
      }
    }
  }
}
