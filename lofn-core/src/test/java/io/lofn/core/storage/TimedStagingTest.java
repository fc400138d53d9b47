package io.lofn.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.lofn.api.StagingException;
import io.lofn.core.FakeTask;
import io.lofn.core.task.TaskCalls;
import io.lofn.spi.StagedVolume;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Staging ends with its time and with its task, whether or not the stager reacts to an interrupt.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimedStagingTest {

  private static final URI SOURCE = URI.create("fake://host/x.tar");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  @AfterEach
  void end() throws InterruptedException {
    release.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  /** A stager that waits until it is interrupted or released. */
  private StagedVolume waiting() {
    begun.countDown();
    try {
      release.await();
      ended.complete("released");
    } catch (InterruptedException e) {
      ended.complete("interrupted");
      throw new StagingException("interrupted", e);
    }
    return volume();
  }

  /** One that ignores interrupts, as a parser that computes. */
  private StagedVolume deaf() {
    begun.countDown();
    Uninterruptibles.awaitUninterruptibly(release);
    return volume();
  }

  private StagedVolume volume() {
    return new StagedVolume() {
      @Override
      public Path path() {
        return Path.of("/");
      }

      @Override
      public void close() {
        ended.complete("closed");
      }
    };
  }

  private static StagedVolume within(Duration atMost, Supplier<StagedVolume> stager) {
    return new TimedStaging(SOURCE, atMost).call(stager);
  }

  @Test
  void aStagerIsInterruptedWhenItsTimeIsOver() throws Exception {
    assertThatThrownBy(() -> within(Duration.ofMillis(50), this::waiting))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("fake://host/x.tar was not staged within PT0.05S")
        .hasMessageContaining("spark.lofn.volumes.timeout");

    assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
  }

  @Test
  void aStagerThatDoesNotListenIsNotWaitedForAndWhatItMakesInTheEndIsLetGo() throws Exception {
    assertThatThrownBy(() -> within(Duration.ofMillis(50), this::deaf))
        .hasMessageContaining("was not staged within");

    release.countDown();
    assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void aCancelledTaskEndsItsStaging() throws Exception {
    FakeTask task = new FakeTask();
    TaskCalls calls = new TaskCalls(threads, 5);
    threads.execute(
        () -> {
          awaitBegin();
          task.cancelled = true;
        });

    assertThatThrownBy(
            () ->
                calls.callInterruptibly(
                    task, () -> within(Duration.ofHours(1), this::waiting), StagedVolume::close))
        .isInstanceOf(CancellationException.class);

    assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
    CompletableFuture<Boolean> next = new CompletableFuture<>();
    threads.execute(() -> next.complete(Thread.currentThread().isInterrupted()));
    assertThat(next.get(30, TimeUnit.SECONDS)).isFalse();
  }

  private void awaitBegin() {
    try {
      begun.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStagersOwnFailureIsTold() {
    assertThatThrownBy(
            () ->
                within(
                    Duration.ofHours(1),
                    () -> {
                      throw new StagingException("no such file");
                    }))
        .isInstanceOf(StagingException.class)
        .hasMessage("no such file");
  }

  @Test
  void aVolumeThatComesInTimeIsGiven() {
    release.countDown();
    try (StagedVolume staged = within(Duration.ofHours(1), this::waiting)) {
      assertThat(staged.path()).isEqualTo(Path.of("/"));
    }
  }
}
