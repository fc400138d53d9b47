package io.lofn.core.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.Tool;
import io.lofn.core.FakeTask;
import io.lofn.core.QuietContainer;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.ContainerSession.Stop;
import io.lofn.core.container.ContainerSession.StopReason;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.task.PoolThreads;
import io.lofn.core.task.TaskCalls;
import io.lofn.spi.ContainerExit;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that waits for a container learns what happens to it, or to lofn. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerSessionTest {

  private static final Stop KILLED = new Stop(StopReason.CANCELLED, null);

  private final ExecutorService threads =
      Executors.newCachedThreadPool(PoolThreads.named("lofn-test-%d"));

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static RunPlan plan() {
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.run.stopGrace", "0s"));
    Tool<String, String> tool = Tool.pipe("any").command("cat");
    return RunPlan.of(
        "map",
        tool,
        ImageRequirement.of(tool, conf, Optional.empty()),
        new FakeTask(),
        conf,
        new ContainerLabels(ProcessIdentity.current()));
  }

  @Test
  void anErrorOfTheRuntimeEndsTheWaitAndTheContainer() {
    FakeContainer container =
        new FakeContainer() {
          @Override
          public Optional<ContainerExit> await(Duration atMost) {
            throw new NoSuchMethodError("of a jar that does not fit");
          }
        };
    ContainerSession session = ContainerSession.of(container, plan().terms(), threads);

    assertThatThrownBy(() -> untilEnd(session)).isInstanceOf(NoSuchMethodError.class);

    assertThat(container.closed).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void anErrorThatKeepsStandardErrorFromBeingReadEndsTheContainer() {
    FakeContainer container =
        new FakeContainer() {
          @Override
          public InputStream stderr() {
            return new InputStream() {
              @Override
              public int read() {
                throw new OutOfMemoryError("of a read");
              }

              @Override
              public int read(byte[] bytes, int offset, int length) {
                throw new OutOfMemoryError("of a read");
              }
            };
          }
        };
    ContainerSession session = ContainerSession.of(container, plan().terms(), threads);

    assertThatThrownBy(() -> untilEnd(session)).isInstanceOf(OutOfMemoryError.class);

    assertThat(container.closed).succeedsWithin(Duration.ofSeconds(10));
  }

  private static ContainerExit untilEnd(ContainerSession session) throws InterruptedException {
    while (true) {
      Optional<ContainerExit> exit = session.await();
      if (exit.isPresent()) {
        return exit.get();
      }
    }
  }

  @Test
  void aStopEndsThoughTheContainerCannotBeClosed() {
    FakeContainer container =
        new FakeContainer() {
          @Override
          public void close() {
            super.close();
            throw new IllegalStateException("not as the SPI says");
          }
        };
    ContainerSession session = ContainerSession.of(container, plan().terms(), threads);

    session.stop(KILLED);

    assertThat(session.awaitStop()).contains(KILLED);
    assertThat(container.closed).isDone();
  }

  @Test
  void aStopEndsThoughTheContainerCannotBeStopped() {
    for (Throwable thrown : new Throwable[] {new IllegalStateException(), new LinkageError()}) {
      FakeContainer container =
          new FakeContainer() {
            @Override
            public void stop(Duration grace) {
              throw TaskCalls.unchecked(thrown);
            }
          };
      ContainerSession session = ContainerSession.of(container, plan().terms(), threads);

      session.stop(KILLED);

      if (thrown instanceof Error) {
        assertThatThrownBy(session::awaitStop).isSameAs(thrown);
      } else {
        assertThat(session.awaitStop()).contains(KILLED);
      }
      assertThat(container.closed.join()).isNull();
    }
  }

  @Test
  void aStopThatComesAsLofnEndsClosesTheContainer() {
    FakeContainer container = new FakeContainer();
    ContainerSession session = ContainerSession.of(container, plan().terms(), threads);
    threads.shutdown();

    session.stop(KILLED);

    assertThat(session.awaitStop()).contains(KILLED);
    assertThat(container.closed).isDone();
  }

  @Test
  void aStopThatHangsIsNotWaitedForWithoutEnd() {
    CountDownLatch hangs = new CountDownLatch(1);
    FakeContainer container =
        new FakeContainer() {
          @Override
          public void stop(Duration grace) {
            try {
              hangs.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    ContainerSession session = ContainerSession.of(container, plan().terms(), threads);
    session.stop(KILLED);

    session.awaitStopped(Duration.ofMillis(10));

    assertThat(container.closed).isNotDone();
    hangs.countDown();
  }

  @Test
  void aContainerThatNobodyCanLookAfterIsClosed() {
    FakeContainer container = new FakeContainer();
    AtomicInteger accepted = new AtomicInteger();

    assertThatThrownBy(
            () ->
                ContainerSession.of(
                    container,
                    plan().terms(),
                    action -> {
                      if (accepted.incrementAndGet() > 1) {
                        throw new RejectedExecutionException("lofn ends");
                      }
                    }))
        .isInstanceOf(RejectedExecutionException.class);

    assertThat(container.closed).isDone();
  }

  /** One that runs until it is closed. */
  private static class FakeContainer extends QuietContainer {

    final CompletableFuture<ContainerExit> closed = new CompletableFuture<>();

    FakeContainer() {
      super("fake");
    }

    @Override
    public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
      try {
        return Optional.ofNullable(closed.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        return Optional.empty();
      } catch (java.util.concurrent.ExecutionException e) {
        throw new EngineException("lost", e.getCause());
      }
    }

    @Override
    public void stop(Duration grace) {
      closed.complete(null);
    }

    @Override
    public void close() {
      closed.complete(null);
    }
  }
}
