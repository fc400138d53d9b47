package io.lofn.core.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.FakeTask;
import io.lofn.core.exchange.RunResources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures on threads of lofn, and where they are reported. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolThreadsTest {

  private static final InheritableThreadLocal<String> OF_A_TASK = new InheritableThreadLocal<>();

  private final ExecutorService threads =
      Executors.newCachedThreadPool(PoolThreads.named("lofn-test-%d"));
  private final FakeTask task = new FakeTask();
  private final TaskCalls calls = new TaskCalls(threads, 5);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  /** Spark's own default handler ends the executor. */
  @Test
  void noThrowableReachesTheDefaultHandler() throws Exception {
    List<Throwable> reached = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> reached.add(thrown));
    try {
      ThreadFactory factory = PoolThreads.named("lofn-test-%d");
      for (Throwable thrown : List.of(new AssertionError("1"), new IllegalStateException("2"))) {
        Thread thread =
            factory.newThread(
                () -> {
                  throw TaskCalls.unchecked(thrown);
                });
        thread.start();
        thread.join();
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reached).isEmpty();
  }

  @Test
  void aPooledThreadInheritsNothingOfTheTaskThatNeedsIt() throws Exception {
    OF_A_TASK.set("of a task");
    try {
      CompletableFuture<String> found = new CompletableFuture<>();
      threads.execute(() -> found.complete(String.valueOf(OF_A_TASK.get())));
      assertThat(found.get(10, TimeUnit.SECONDS)).isEqualTo("null");
    } finally {
      OF_A_TASK.remove();
    }
  }

  @Test
  void anErrorOfACallIsTheTasks() {
    assertThatThrownBy(
            () ->
                calls.call(
                    task,
                    () -> {
                      throw new OutOfMemoryError("of a call");
                    }))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("of a call");
  }

  @Test
  void aResultThatComesForATaskThatIsOverIsDiscardedOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<String> discarded = new CopyOnWriteArrayList<>();
    CompletableFuture<String> caller =
        CompletableFuture.supplyAsync(
            () ->
                calls.call(
                    task,
                    () -> {
                      begun.countDown();
                      await(go);
                      return "late";
                    },
                    discarded::add));
    begun.await();
    task.cancelled = true;
    assertThatThrownBy(caller::get).hasRootCauseInstanceOf(CancellationException.class);

    go.countDown();
    calls.awaitEnd(Duration.ofSeconds(30));

    assertThat(discarded).containsExactly("late");
  }

  /**
   * A container that starts while lofn shuts down is removed before the connection to its engine
   * ends.
   */
  @Test
  void theEndWaitsForCallsWhoseResultsAreToBeUndoneAndForNoOthers() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> slow =
        CompletableFuture.supplyAsync(
            () ->
                calls.call(
                    task,
                    () -> {
                      begun.countDown();
                      await(go);
                      return "a pull";
                    }));
    begun.await();

    calls.awaitEnd(Duration.ofDays(1));

    assertThat(slow).isNotDone();
    go.countDown();
    assertThat(slow.get()).isEqualTo("a pull");
  }

  @Test
  void aCallAfterTheEndIsRefusedWithTheReason() {
    threads.shutdownNow();

    assertThatThrownBy(() -> calls.call(task, () -> "too late"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("lofn has shut down on this executor");
  }

  @Test
  void aTransientFailureIsRepeatedAndItsLastOneIsTheTasks() {
    AtomicInteger count = new AtomicInteger();

    assertThatThrownBy(
            () ->
                new TaskCalls(threads, 2)
                    .call(
                        task,
                        () -> {
                          count.incrementAndGet();
                          throw EngineException.transientFailure(
                              "busy", new IllegalStateException("busy"));
                        }))
        .isInstanceOf(EngineException.class);

    assertThat(count).hasValue(2);
  }

  @Test
  void anErrorInALookAtOneRunEndsNeitherTheScheduleNorTheLooksAtOthers() throws Exception {
    ScheduledExecutorService clock =
        Executors.newScheduledThreadPool(1, PoolThreads.named("lofn-test-clock-%d"));
    try {
      RunWatchdog watchdog = new RunWatchdog(clock);
      CountDownLatch looks = new CountDownLatch(3);
      watchdog.add(
          new FakeRun() {
            @Override
            public void check(Instant now) {
              throw new LinkageError("of a look");
            }

            @Override
            public String toString() {
              throw new OutOfMemoryError("of a message");
            }
          });
      watchdog.add(
          new FakeRun() {
            @Override
            public void check(Instant now) {
              looks.countDown();
            }
          });

      assertThat(looks.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      clock.shutdownNow();
    }
  }

  @Test
  void aRunThatBeginsAfterTheEndIsClosedAndOneThatCannotBeClosedHoldsUpNoOther() {
    RunWatchdog watchdog = new RunWatchdog(new ScheduledThreadPoolExecutor(1));
    FakeRun before = new FakeRun();
    FakeRun after = new FakeRun();
    watchdog.add(
        new FakeRun() {
          @Override
          public void close() {
            throw new IllegalStateException("cannot be closed");
          }
        });
    watchdog.add(before);

    assertThatThrownBy(watchdog::closeRuns).hasMessage("cannot be closed");
    watchdog.add(after);

    assertThat(before.closed).isTrue();
    assertThat(after.closed).isTrue();
  }

  private static class FakeRun implements RunWatchdog.Watched {

    volatile boolean closed;

    @Override
    public void check(Instant now) {}

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void allAreClosedWhateverSomeThrow() {
    List<String> closed = new CopyOnWriteArrayList<>();

    assertThatThrownBy(
            () ->
                Closing.all(
                    () -> closed.add("first"),
                    () -> {
                      throw new java.io.IOException("second");
                    },
                    () -> {
                      throw new AssertionError("third");
                    },
                    () -> closed.add("fourth")))
        .hasRootCauseMessage("second")
        .satisfies(
            thrown ->
                assertThat(thrown.getCause().getSuppressed())
                    .hasOnlyElementsOfType(AssertionError.class));

    assertThat(closed).containsExactly("first", "fourth");
  }

  @Test
  void whatComesToARunThatIsOverIsClosedAtOnce() {
    List<String> closed = new CopyOnWriteArrayList<>();
    RunResources resources = new RunResources();
    AutoCloseable first = resources.hold(() -> closed.add("first"));
    assertThat(first).isNotNull();
    AutoCloseable second = resources.hold(() -> closed.add("second"));
    assertThat(second).isNotNull();

    resources.close();
    resources.close();

    assertThat(closed).containsExactly("second", "first");
    assertThatThrownBy(() -> resources.hold(() -> closed.add("late")))
        .isInstanceOf(LofnException.class);
    assertThat(closed).containsExactly("second", "first", "late");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
