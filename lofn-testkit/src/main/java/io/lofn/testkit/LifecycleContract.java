package io.lofn.testkit;

import static io.lofn.testkit.ContainerLab.SOON;
import static io.lofn.testkit.ContainerLab.assertBlocked;
import static io.lofn.testkit.ContainerLab.assertFreed;
import static io.lofn.testkit.ContainerLab.end;
import static io.lofn.testkit.ContainerLab.eventually;
import static io.lofn.testkit.ContainerLab.inBackground;
import static io.lofn.testkit.ContainerLab.soon;
import static io.lofn.testkit.ContainerLab.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lifecycle: waiting for, stopping and closing a container. */
interface LifecycleContract extends Topic {

  @Test
  default void saysWhetherTheToolStillRuns() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      assertThat(container.await(Duration.ZERO)).isEmpty();
      assertThat(container.await(Duration.ofMillis(50))).isEmpty();
      container.stdin().close();
      ContainerExit exit = end(container);
      assertThat(exit.code()).isZero();
      assertThat(exit.outOfMemory()).isFalse();
    }
  }

  @Test
  default void tellsTheExitAsOftenAsAsked() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("exit 3"))) {
      ContainerExit exit = end(container);
      assertThat(container.await(Duration.ZERO)).contains(exit);
      assertThat(container.await(SOON)).contains(exit);
      assertThat(container.await(ChronoUnit.FOREVER.getDuration())).contains(exit);
      assertThat(container.await(Duration.ZERO)).contains(exit);
    }
  }

  @Test
  default void wakesEveryThreadThatWaits() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      List<Future<Optional<ContainerExit>>> waiting =
          IntStream.range(0, 3).mapToObj(i -> inBackground(() -> container.await(SOON))).toList();
      container.stdin().close();
      for (Future<Optional<ContainerExit>> each : waiting) {
        assertThat(soon(each)).map(ContainerExit::code).contains(0);
      }
    }
  }

  @Test
  default void runsOnWhenAWaitingThreadIsInterrupted() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      Thread[] waiting = new Thread[1];
      CountDownLatch started = new CountDownLatch(1);
      Future<Optional<ContainerExit>> exit =
          inBackground(
              () -> {
                waiting[0] = Thread.currentThread();
                started.countDown();
                return container.await(Duration.ofMinutes(5));
              });
      started.await();
      waiting[0].interrupt();

      assertThatThrownBy(() -> soon(exit)).hasCauseInstanceOf(InterruptedException.class);
      assertThat(container.await(Duration.ZERO)).isEmpty();
      container.stdin().close();
      assertThat(end(container).code()).isZero();
    }
  }

  @Test
  default void asksTheToolToEnd() throws Exception {
    String script =
        "trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 1 & wait $!; done";
    try (RunningContainer container = lab().start(lab().shell(script))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      soon(stopping(container, Duration.ofMinutes(2)));
      assertThat(container.await(Duration.ZERO)).map(ContainerExit::code).contains(7);
      assertThat(soon(text(container.stdout()))).isEqualTo("asked\n");
    }
  }

  @Test
  default void asksTheToolToEndBySigtermWhateverTheStopSignalOfItsImage() throws Exception {
    PreparedImage image = lab().image(ImagesContract.CONFIG).orElse(lab().image());
    String script =
        "trap 'echo term; exit 7' TERM; trap 'echo usr1; exit 8' USR1; echo ready;"
            + " while :; do sleep 1 & wait $!; done";
    try (RunningContainer container = lab().start(lab().command(image, "sh", "-c", script))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      soon(stopping(container, Duration.ofMinutes(2)));
      assertThat(soon(text(container.stdout()))).isEqualTo("term\n");
    }
  }

  @Test
  default void endsAToolThatDoesNotHandleSignals() throws Exception {
    // The kernel ignores signals to process 1 without a handler: an init process must forward them.
    try (RunningContainer container = lab().start(lab().shell("echo ready; exec sleep 600"))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      soon(stopping(container, Duration.ofMinutes(2)));
      assertThat(container.await(Duration.ZERO)).map(ContainerExit::code).contains(143);
    }
  }

  @Test
  default void killsAToolThatDoesNotEndWithinTheGrace() throws Exception {
    String script = "trap '' TERM; echo ready; while :; do sleep 1; done";
    try (RunningContainer container = lab().start(lab().shell(script))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      long start = System.nanoTime();
      soon(stopping(container, Duration.ofSeconds(2)));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
      assertThat(container.await(Duration.ZERO)).map(ContainerExit::code).contains(137);
      assertThat(soon(text(container.stdout()))).isEmpty();
    }
  }

  @Test
  default void killsAtOnceWithoutAGrace() throws Exception {
    String script = "trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 1; done";
    try (RunningContainer container = lab().start(lab().shell(script))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      soon(stopping(container, Duration.ZERO));
      assertThat(container.await(Duration.ZERO)).map(ContainerExit::code).contains(137);
    }
  }

  @Test
  default void killsTheProcessesThatTheToolStarted() throws Exception {
    String script = "sleep 600 & sh -c 'sleep 600 & wait' & echo ready; wait";
    try (RunningContainer container = lab().start(lab().shell(script))) {
      assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
      soon(stopping(container, Duration.ofSeconds(20)));
      // Each of them holds the stream open.
      assertThat(soon(text(container.stdout()))).isEmpty();
    }
  }

  @Test
  default void leavesAnEndedContainerAsItIsWhenStopped() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("echo out; exit 3"))) {
      ContainerExit exit = end(container);
      container.stop(SOON);
      container.stop(Duration.ZERO);
      assertThat(container.await(Duration.ZERO)).contains(exit);
      assertThat(soon(text(container.stdout()))).isEqualTo("out\n");
    }
  }

  private static Future<Void> stopping(RunningContainer container, Duration grace) {
    return inBackground(
        () -> {
          container.stop(grace);
          return null;
        });
  }

  @Test
  default void killsAndRemovesWhenClosed() throws Exception {
    RunningContainer container = lab().start(lab().command("sleep", "600"));
    assertThat(lab().containers()).hasSize(1);
    soon(closing(container));
    assertThat(lab().containers()).isEmpty();
    container.close();
  }

  @Test
  default void removesAnEndedContainerWhenClosed() throws Exception {
    RunningContainer container = lab().start(lab().command("true"));
    end(container);
    container.close();
    assertThat(lab().containers()).isEmpty();
    container.close();
  }

  @Test
  default void closesWhatWasRemovedByOthers() {
    RunningContainer container = lab().start(lab().command("sleep", "600"));
    lab().runtime().remove(container.id());
    container.close();
    assertThat(lab().containers()).isEmpty();
  }

  @Test
  default void freesAThreadThatReadsWhenClosed() throws Exception {
    RunningContainer container = lab().start(lab().shell("echo ready; exec sleep 600"));
    assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
    Future<String> stdout = text(container.stdout());
    Future<String> stderr = text(container.stderr());
    assertBlocked(stdout);
    assertBlocked(stderr);
    soon(closing(container));
    assertFreed(stdout);
    assertFreed(stderr);
  }

  @Test
  default void freesAThreadThatWritesWhenClosed() throws Exception {
    RunningContainer container = lab().start(lab().command("sleep", "600").stdin());
    Future<Void> writer =
        inBackground(
            () -> {
              for (int i = 0; i < 64; i++) {
                container.stdin().write(new byte[1 << 20]);
              }
              return null;
            });
    assertBlocked(writer);
    soon(closing(container));
    assertFreed(writer);
  }

  @Test
  default void freesAThreadThatWaitsWhenClosed() throws Exception {
    RunningContainer container = lab().start(lab().command("sleep", "600"));
    Future<Optional<ContainerExit>> exit =
        inBackground(() -> container.await(Duration.ofMinutes(10)));
    assertBlocked(exit);
    soon(closing(container));
    assertFreed(exit);
  }

  @Test
  default void freesAThreadThatStopsWhenClosed() throws Exception {
    String script = "trap '' TERM; echo ready; while :; do sleep 1; done";
    RunningContainer container = lab().start(lab().shell(script));
    assertThat(text(container.stdout(), 6)).isEqualTo("ready\n");
    Future<Void> stop = stopping(container, Duration.ofMinutes(10));
    assertBlocked(stop);
    soon(closing(container));
    assertFreed(stop);
  }

  @Test
  default void isClosedByTwoThreadsAtOnce() throws Exception {
    RunningContainer container = lab().start(lab().command("sleep", "600"));
    Future<Void> one = closing(container);
    Future<Void> other = closing(container);
    soon(one);
    soon(other);
    assertThat(lab().containers()).isEmpty();
  }

  private static Future<Void> closing(RunningContainer container) {
    return inBackground(
        () -> {
          container.close();
          return null;
        });
  }

  @Test
  default void refusesANameThatIsTakenForNow() throws Exception {
    ContainerSpec.Builder spec = lab().command("cat").stdin();
    try (RunningContainer first = lab().start(spec)) {
      assertThatThrownBy(() -> lab().start(spec).close())
          .asInstanceOf(type(EngineException.class))
          .matches(EngineException::isTransient, "is transient");
      assertThat(first.await(Duration.ZERO)).isEmpty();
      assertThat(lab().containers()).hasSize(1);
      first.stdin().close();
      assertThat(end(first).code()).isZero();
    }
    try (RunningContainer second = lab().start(spec)) {
      second.stdin().close();
      assertThat(end(second).code()).isZero();
    }
  }

  @Test
  default void runsTwentyAtOnce() throws Exception {
    List<Future<Outcome>> runs =
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    inBackground(
                        () -> lab().run(lab().shell("cat; exit " + i).stdin(), "input " + i)))
            .toList();
    for (int i = 0; i < runs.size(); i++) {
      Outcome outcome = runs.get(i).get();
      assertThat(outcome.stdout()).isEqualTo("input " + i);
      assertThat(outcome.code()).isEqualTo(i);
    }
    assertThat(lab().containers()).isEmpty();
  }

  @Test
  default void holdsNoThreadAndNoFileForWhatIsClosed() throws Exception {
    runTenTimes();
    int threads = threads();
    int files = files();
    runTenTimes();
    runTenTimes();
    eventually(() -> assertThat(threads()).as("threads").isLessThan(threads + 10));
    eventually(() -> assertThat(files()).as("open files").isLessThan(files + 10));
  }

  private void runTenTimes() throws Exception {
    for (int i = 0; i < 10; i++) {
      // No reader of its streams.
      try (RunningContainer container = lab().start(lab().shell("echo out").stdin())) {
        end(container);
      }
    }
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static int files() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  @Test
  default void leavesContainersAloneWhenTheRuntimeIsClosed(@TempDir Path directory)
      throws Exception {
    String script = "until [ -e /shared/go ]; do sleep 1; done; echo done > /shared/done";
    ContainerRuntime runtime = lab().newRuntime();
    RunningContainer container =
        runtime.start(lab().shell(script).mount(new Mount(directory, "/shared", false)).build());
    runtime.close();
    Files.createFile(directory.resolve("go"));
    eventually(() -> assertThat(directory.resolve("done")).hasContent("done\n"));
    for (ContainerSummary left : lab().containers()) {
      lab().runtime().remove(left.id());
    }
    try {
      container.close();
    } catch (EngineException expected) {
      // Closing it may need the runtime; otherwise nothing is left of it now.
    }
  }
}
