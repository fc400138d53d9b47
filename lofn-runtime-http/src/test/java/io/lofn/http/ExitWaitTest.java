package io.lofn.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ContainerExit;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ExitWaitTest {

  /** An engine that tells of a container's memory with one of the looks at it. */
  private static class Engine extends ExitWait {

    private final boolean later;
    private final int told;
    private int looks;

    Engine(boolean later, int told) {
      super(new PlainErrors(), "one", () -> {});
      this.later = later;
      this.told = told;
    }

    @Override
    public void start() {
      throw new AssertionError("not called");
    }

    @Override
    protected Optional<State> state() {
      looks++;
      return Optional.of(new State(false, new ContainerExit(137, looks >= told)));
    }

    @Override
    protected void giveUp() {
      throw new AssertionError("not called");
    }

    @Override
    protected boolean tellsOfMemoryLater() {
      return later;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, 137, 1, true, 1", // at once
    "true, 137, 3, true, 3", // a moment later
    "true, 137, 99, false, 6", // somebody killed it
    "true, 1, 3, false, 1", // it was not killed
    "true, 0, 1, false, 0",
    "false, 137, 3, false, 1" // an engine that tells at once or never
  })
  void anEngineThatTellsOfMemoryAMomentLaterIsAskedAgain(
      boolean later, int code, int told, boolean outOfMemory, int looks) throws Exception {
    Engine engine = new Engine(later, told);
    engine.ended(code);
    assertThat(engine.await(Duration.ZERO)).contains(new ContainerExit(code, outOfMemory));
    assertThat(engine.looks).isEqualTo(looks);
  }

  @Test
  void theEndOfAContainerThatIsGoneIsKnownByItsCode() throws Exception {
    Engine engine =
        new Engine(true, 1) {
          @Override
          protected Optional<State> state() {
            return Optional.empty();
          }
        };
    engine.ended(137);
    assertThat(engine.await(Duration.ZERO)).contains(new ContainerExit(137, false));
  }
}
