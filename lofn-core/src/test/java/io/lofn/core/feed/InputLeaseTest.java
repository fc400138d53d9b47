package io.lofn.core.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.core.FakeTask;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InputLeaseTest {

  private final FakeTask task = new FakeTask();
  private final InputLease lease = new InputLease(task, Duration.ofMillis(50));
  private final AtomicBoolean upstream = new AtomicBoolean();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final CompletableFuture<Throwable> feederEnded = new CompletableFuture<>();
  private final Thread stdinWriter = new Thread(this::feed, "stdin-writer");

  /** Goes upstream once it is allowed to, stays there as long as it is told, and comes again. */
  private void feed() {
    Throwable end = null;
    try {
      lease.take();
      while (true) {
        upstream.set(true);
        entered.countDown();
        stay();
        upstream.set(false);
        lease.giveWay();
      }
    } catch (Throwable e) {
      end = e;
    } finally {
      lease.giveBack();
      feederEnded.complete(end);
    }
  }

  private void stay() throws InterruptedException {
    leave.await();
  }

  @AfterEach
  void endFeeder() throws Exception {
    lease.end();
    leave.countDown();
    stdinWriter.join(10_000);
    assertThat(stdinWriter.isAlive()).isFalse();
  }

  @Test
  void theFeederIsUpstreamOnlyWhileTheTurnIsLent() throws Exception {
    stdinWriter.start();
    waitUntil(Thread.State.WAITING);
    assertThat(upstream).isFalse();

    lease.lendWhile(
        () -> {
          entered.await();
          leave.countDown();
          return null;
        });

    for (int i = 0; i < 1000; i++) {
      assertThat(upstream).isFalse();
      lease.lendWhile(() -> null);
    }
    assertThat(upstream).isFalse();
  }

  @Test
  void theTasksThreadWaitsForTheCodeUpstreamThoughItIsInterrupted() throws Exception {
    InputLease own = lease;
    CountDownLatch interruptedUpstream = new CountDownLatch(1);
    Thread deaf =
        new Thread(
            () -> {
              own.take();
              upstream.set(true);
              entered.countDown();
              while (leave.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
                if (Thread.interrupted()) {
                  interruptedUpstream.countDown();
                }
              }
              upstream.set(false);
              own.giveBack();
            });
    deaf.start();
    CompletableFuture<Boolean> wasUpstream = new CompletableFuture<>();
    Thread taskThread =
        new Thread(
            () -> {
              own.lendWhile(
                  () -> {
                    awaitQuietly(entered);
                    Thread.currentThread().interrupt();
                    return null;
                  });
              wasUpstream.complete(upstream.get());
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
            });
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    taskThread.setUncaughtExceptionHandler((thread, e) -> failed.complete(e));
    taskThread.start();

    interruptedUpstream.await();
    assertThat(wasUpstream).isNotDone();
    leave.countDown();

    assertThat(wasUpstream.get(10, TimeUnit.SECONDS)).isFalse();
    taskThread.join();
    assertThat(failed).isNotDone();
    deaf.join();
  }

  @Test
  void theCodeUpstreamOfAKilledTaskIsInterruptedAfterAWhile() {
    task.cancelled = true;
    stdinWriter.start();

    lease.lendWhile(
        () -> {
          awaitQuietly(entered);
          return null;
        });

    assertThat(feederEnded.join()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void theCodeUpstreamOfATaskThatIsWantedIsNotInterrupted() throws Exception {
    stdinWriter.start();
    CompletableFuture<Void> taken =
        CompletableFuture.runAsync(
            () ->
                lease.lendWhile(
                    () -> {
                      awaitQuietly(entered);
                      return null;
                    }));
    Instant later = Instant.now().plusMillis(300); // several times the lease's patience
    while (Instant.now().isBefore(later)) {
      assertThat(taken).isNotDone();
      assertThat(feederEnded).isNotDone();
      LockSupport.parkNanos(10_000_000);
    }
    leave.countDown();

    taken.get(10, TimeUnit.SECONDS);
    lease.end();
    assertThat(feederEnded.get(10, TimeUnit.SECONDS)).isInstanceOf(InputLease.Over.class);
  }

  @Test
  void theEndFreesAFeederThatWaitsForItsTurnAndIsNoneForAnother() throws Exception {
    stdinWriter.start();
    waitUntil(Thread.State.WAITING);

    lease.end();

    assertThat(feederEnded.get(10, TimeUnit.SECONDS)).isInstanceOf(InputLease.Over.class);
    assertThat(entered.getCount()).isEqualTo(1);
    assertThatThrownBy(() -> lease.lendWhile(() -> take())).isInstanceOf(InputLease.Over.class);
  }

  private Object take() {
    lease.take();
    return lease;
  }

  @Test
  void theEndByAnotherThreadNeitherWaitsForTheCodeUpstreamNorInterruptsIt() throws Exception {
    stdinWriter.start();
    CompletableFuture<Void> taskThread =
        CompletableFuture.runAsync(
            () ->
                lease.lendWhile(
                    () -> {
                      awaitQuietly(entered);
                      return null;
                    }));
    entered.await();

    lease.end();

    assertThat(taskThread).isNotDone();
    leave.countDown();
    taskThread.get(10, TimeUnit.SECONDS);
    assertThat(feederEnded.get(10, TimeUnit.SECONDS)).isInstanceOf(InputLease.Over.class);
  }

  @Test
  void theTurnComesBackAfterAFailure() throws Exception {
    stdinWriter.start();

    assertThatThrownBy(
            () ->
                lease.lendWhile(
                    () -> {
                      entered.await();
                      leave.countDown();
                      throw new IllegalArgumentException("broken");
                    }))
        .hasMessage("broken");

    assertThat(upstream).isFalse();
  }

  private void waitUntil(Thread.State state) {
    Instant end = Instant.now().plusSeconds(10);
    while (stdinWriter.getState() != state) {
      assertThat(Instant.now()).isBefore(end);
      Thread.onSpinWait();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
