package io.lofn.core.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.QuietContainer;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.RunningContainer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardedSandboxTest {

  private static final ContainerSpec SPEC =
      ContainerSpec.builder("name", "image").command(List.of("tool")).build();
  private static final CommandStart START = new CommandStart(true, Set.of(0), ImageConfig.empty());

  /** The events of the sandbox and its container, in order. */
  private final List<String> events = new CopyOnWriteArrayList<>();

  private final CountDownLatch starting = new CountDownLatch(1);
  private final CountDownLatch mayStart = new CountDownLatch(1);
  private final FakePlace place = new FakePlace();
  private final GuardedSandbox guarded = new GuardedSandbox(place);

  @Test
  void aPlaceIsNotGivenBackWhileItsContainerStarts() throws Exception {
    CompletableFuture<RunningContainer> start =
        CompletableFuture.supplyAsync(() -> guarded.start(SPEC, START));
    starting.await();

    guarded.close();
    assertThat(events).containsExactly("start");

    mayStart.countDown();
    assertThatThrownBy(start::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(LofnException.class)
        .isNotInstanceOf(EngineException.class)
        .hasMessageContaining("was cancelled");
    assertThat(events).containsExactly("start", "container closed", "given back");
  }

  @Test
  void aStartThatFailsAfterItsRunWasGivenUpGivesThePlaceBack() throws Exception {
    place.failure = new EngineException("no");
    CompletableFuture<RunningContainer> start =
        CompletableFuture.supplyAsync(() -> guarded.start(SPEC, START));
    starting.await();

    guarded.close();
    mayStart.countDown();

    assertThatThrownBy(start::get).hasCause(place.failure);
    assertThat(events).containsExactly("start", "given back");
  }

  @Test
  void aRunThatWasGivenUpStartsNothingMore() {
    guarded.close();

    assertThatThrownBy(() -> guarded.start(SPEC, START)).hasMessageContaining("was cancelled");
    assertThat(events).containsExactly("given back");
  }

  /** As where the task is cancelled before it is told of its container. */
  @Test
  void aContainerThatNobodyHasClosedIsClosedBeforeItsPlaceIsGivenBack() {
    mayStart.countDown();
    assertThat(guarded.start(SPEC, START)).isNotNull();

    guarded.close();
    guarded.close();

    assertThat(events).containsExactly("start", "container closed", "given back");
  }

  @Test
  void aPlaceIsGivenBackEvenIfItsContainerCannotBeClosed() {
    mayStart.countDown();
    place.closing = new EngineException("gone");
    assertThat(guarded.start(SPEC, START)).isNotNull();

    guarded.close();

    assertThat(events).containsExactly("start", "container closed", "given back");
  }

  @Test
  void aStartMayBeRepeated() {
    mayStart.countDown();
    place.failure = new EngineException("no");
    assertThatThrownBy(() -> guarded.start(SPEC, START)).isSameAs(place.failure);
    place.failure = null;

    assertThat(guarded.start(SPEC, START)).isNotNull();
    assertThat(events).containsExactly("start", "start");
  }

  private final class FakePlace implements RunSandbox {

    private volatile RuntimeException failure;
    private volatile RuntimeException closing;

    @Override
    public Exchange exchange() {
      throw new UnsupportedOperationException();
    }

    @Override
    public RunningContainer start(ContainerSpec spec, CommandStart start) {
      events.add("start");
      starting.countDown();
      try {
        mayStart.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (failure != null) {
        throw failure;
      }
      return new FakeContainer();
    }

    @Override
    public void close() {
      events.add("given back");
    }
  }

  private final class FakeContainer extends QuietContainer {

    FakeContainer() {
      super("container");
    }

    @Override
    public void close() {
      events.add("container closed");
      if (place.closing != null) {
        throw place.closing;
      }
    }
  }
}
