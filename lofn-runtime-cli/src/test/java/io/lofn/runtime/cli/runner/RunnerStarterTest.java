package io.lofn.runtime.cli.runner;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.dialect.CliDialect;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.dialect.HarmlessOptions;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of a program without an engine, which is a shell here that runs a script. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunnerStarterTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path directory;
  private Path program;
  private Path image;
  private ContainerRecords records;
  private Optional<ProcessCage> cage = Optional.empty();
  private final Optional<Path> prlimit = Optional.of(Path.of("/usr/bin/prlimit"));

  @BeforeEach
  void makeProgram() throws IOException {
    program = Files.createSymbolicLink(directory.resolve("runner"), Path.of("/bin/sh"));
    image = Files.createDirectory(directory.resolve("image"));
    records = ContainerRecords.in(directory.resolve("state"));
  }

  private RunnerStarter starter(String script, Duration callTimeout) throws IOException {
    Path file = Files.writeString(directory.resolve("script"), script);
    Map<DialectOption, List<String>> words = new EnumMap<>(DialectOption.class);
    for (DialectOption word : DialectOption.values()) {
      if (word != DialectOption.ENV_PREFIX) {
        words.put(word, List.of());
      }
    }
    words.put(DialectOption.RUN, List.of(file.toString()));
    CliDialect dialect =
        new CliDialect(
            "fake", "runner", CliDialect.Family.RUNNER, words, false, HarmlessOptions.NONE);
    EngineInfo info = new EngineInfo(dialect, "fake", 1, false, Set.of());
    return new RunnerStarter(program, info, records, cage, prlimit, callTimeout);
  }

  private static ContainerSpec spec() {
    return ContainerSpec.builder("name", "image").command(List.of("tool")).build();
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(ProcessHandle.current().descendants())
        .noneMatch(process -> process.info().command().orElse("").endsWith("sleep"));
    assertThat(records.list(Map.of())).isEmpty();
    try (Stream<Path> files = Files.list(directory.resolve("state"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aProgramInWhosePlaceTheToolNeverComesIsNotWaitedForForEver() throws Exception {
    RunnerStarter starter =
        starter("echo mounting the image >&2; sleep 600; exit 1", Duration.ofSeconds(1));

    assertThatThrownBy(() -> starter.start(spec(), image))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessageContaining(program + " did not start the tool within PT1S")
        .hasMessageContaining("spark.lofn.engine.timeout")
        .hasMessageContaining("mounting the image");
    assertNothingIsLeft();
  }

  @Test
  void whoWaitsForTheStartCanBeInterrupted() throws Exception {
    Path begun = directory.resolve("begun");
    RunnerStarter starter = starter(": > " + begun + "; sleep 600; exit 1", LONG);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<RunningContainer> waiting = thread.submit(() -> starter.start(spec(), image));
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!Files.exists(begun)) {
      assertThat(System.nanoTime()).as("waiting for the program").isLessThan(end);
      Thread.onSpinWait();
    }

    thread.shutdownNow();

    assertThatThrownBy(() -> waiting.get(30, SECONDS))
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining("Interrupted while starting a container with " + program);
    assertNothingIsLeft();
  }

  @Test
  void aContainerThatCouldNotBeForgottenIsForgottenByTheNextClose() throws Exception {
    RunningContainer container = starter("exec sleep 600", LONG).start(spec(), image);
    Path record = directory.resolve("state/name.json");
    String written = Files.readString(record);
    Files.delete(record);
    Files.createDirectory(record);

    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);

    Files.delete(record);
    Files.writeString(record, written);
    container.close();
    assertNothingIsLeft();
  }
}
