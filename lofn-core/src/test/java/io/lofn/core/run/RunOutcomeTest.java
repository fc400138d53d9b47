package io.lofn.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.core.FakeTask;
import io.lofn.core.NoMetrics;
import io.lofn.core.QuietContainer;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.feed.InputLease;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.report.FailureReport;
import io.lofn.core.task.PhaseClock;
import io.lofn.core.task.PoolThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunOutcomeTest {

  private final ExecutorService threads =
      Executors.newCachedThreadPool(PoolThreads.named("lofn-test-%d"));
  private final FakeTask task = new FakeTask();
  private final List<Duration> stops = new CopyOnWriteArrayList<>();
  private final ContainerSession session =
      ContainerSession.of(
          new QuietContainer("quiet") {
            @Override
            public void stop(Duration grace) {
              stops.add(grace);
            }
          },
          plan().terms(),
          threads);
  private final RunOutcome outcome =
      new RunOutcome(
          plan(),
          task,
          new InputLease(task),
          new FailureReport(plan()),
          new NoMetrics(),
          threads,
          new PhaseClock());

  @AfterEach
  void end() {
    session.close();
    threads.shutdownNow();
  }

  private RunPlan plan() {
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.run.timeout", "1ms"));
    Tool<String, String> tool = Tool.pipe("any").command("cat");
    return RunPlan.of(
        "map",
        tool,
        ImageRequirement.of(tool, conf, Optional.empty()),
        task,
        conf,
        new ContainerLabels(ProcessIdentity.current()));
  }

  @Test
  void aContainerWhoseTimeIsOverIsStopped() {
    outcome.started(session);

    outcome.check(Instant.now().plusSeconds(9));

    assertThat(session.awaitStop()).isPresent();
    assertThat(stops).hasSize(1);
  }

  @Test
  void nothingIsStoppedOnceTheRunIsClosedWhateverIsWrongWithIt() {
    outcome.started(session);
    outcome.end();
    task.cancelled = true;

    outcome.check(Instant.now().plusSeconds(9));

    assertThat(session.awaitStop()).isEmpty();
    assertThat(stops).isEmpty();
  }
}
