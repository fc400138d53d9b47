package io.lofn.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PhaseClockTest {

  private long now = 1_000;
  private final PhaseClock clock = new PhaseClock(() -> now);

  private void end(RunPhase phase, Duration after) {
    now += after.toNanos();
    clock.end(phase);
  }

  @Test
  void thePhasesAddUpToTheTimeSinceTheStart() {
    end(RunPhase.QUEUE, Duration.ofMillis(1));
    end(RunPhase.START, Duration.ofMillis(5));
    end(RunPhase.READ, Duration.ofMillis(2));
    end(RunPhase.EXIT, Duration.ofMillis(3));
    end(RunPhase.READ, Duration.ofMillis(4));

    RunPhases phases = clock.phases();
    assertThat(phases.of(RunPhase.QUEUE)).hasMillis(1);
    assertThat(phases.of(RunPhase.START)).hasMillis(5);
    assertThat(phases.of(RunPhase.EXIT)).hasMillis(3);
    assertThat(phases.of(RunPhase.READ)).as("a phase that comes twice").hasMillis(6);
    assertThat(phases.of(RunPhase.DELETE)).as("a phase that has not come").isZero();
  }

  @Test
  void earlierResultsDoNotChange() {
    end(RunPhase.QUEUE, Duration.ofMillis(1));
    RunPhases phases = clock.phases();
    end(RunPhase.QUEUE, Duration.ofMillis(1));

    assertThat(phases.of(RunPhase.QUEUE)).hasMillis(1);
  }

  @Test
  void theTextNamesEachPhaseInOrder() {
    end(RunPhase.FEED, Duration.ofNanos(1_234_000));

    assertThat(clock.phases())
        .hasToString(
            "queue 0.00 ms, image 0.00 ms, volumes 0.00 ms, exchange 0.00 ms, feed 1.23 ms,"
                + " start 0.00 ms, read 0.00 ms, exit 0.00 ms, delete 0.00 ms");
  }
}
