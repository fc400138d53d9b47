package io.lofn.http;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadlineCallsTest {

  private final DeadlineCalls calls = new DeadlineCalls("lofn-test");

  @AfterEach
  void close() {
    calls.close();
  }

  @Test
  void returnsWhatTheCallReturns() throws Exception {
    assertThat(calls.<Integer>call(Duration.ofSeconds(10), () -> 42)).isEqualTo(42);
  }

  @Test
  void throwsWhatTheCallThrows() {
    assertThatThrownBy(
            () ->
                calls.call(
                    Duration.ofSeconds(10),
                    () -> {
                      throw new IOException("broken");
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("broken");
  }

  @Test
  void interruptsACallThatTakesTooLong() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                calls.call(
                    Duration.ofMillis(50),
                    () -> {
                      try {
                        return new CountDownLatch(1).await(1, HOURS);
                      } finally {
                        interrupted.countDown();
                      }
                    }))
        .isInstanceOf(TimeoutException.class);
    assertThat(interrupted.await(10, SECONDS)).isTrue();
  }

  @Test
  void finishesAndKeepsTheInterrupt() throws Exception {
    Thread.currentThread().interrupt();
    assertThat(calls.<Boolean>call(Duration.ofSeconds(10), Thread::interrupted)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void takesAnyDuration() throws Exception {
    assertThat(calls.<Integer>call(Duration.ofSeconds(Long.MAX_VALUE), () -> 1)).isEqualTo(1);
  }

  @Test
  void takesNothingWhenClosed() {
    calls.close();
    calls.close();
    assertThatThrownBy(() -> calls.call(Duration.ofSeconds(1), () -> 1))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
