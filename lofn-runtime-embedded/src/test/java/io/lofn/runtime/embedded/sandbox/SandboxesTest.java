package io.lofn.runtime.embedded.sandbox;

import static io.lofn.runtime.embedded.sandbox.ScriptedProgram.KIND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With a shell script in place of the program. */
@Timeout(60)
class SandboxesTest {

  private static final String WAITS = "exec sleep 600";

  @TempDir private Path temporary;

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void givesASpareToTheNextContainerOfItsKindOnly() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    try (Sandboxes sandboxes = program.sandboxes()) {
      Sandbox first = sandboxes.take(KIND);
      assertThat(first.isSpare()).isFalse();
      sandboxes.prepare(KIND, 1);
      await(() -> program.processes().size() == 2);
      long spare = program.processes().get(1);

      await(
          () -> {
            Sandbox next = sandboxes.take(KIND);
            boolean isSpare = next.process().pid() == spare;
            assertThat(next.isSpare()).isEqualTo(isSpare);
            sandboxes.end(next);
            return isSpare;
          });

      Sandbox after = sandboxes.take(KIND);
      assertThat(after.isSpare()).isFalse();
      Stream.of(first, after).forEach(sandboxes::end);
    }
    assertThat(program.running()).isEmpty();
  }

  static Stream<Sandbox.Kind> others() {
    return Stream.of(
        new Sandbox.Kind(1, 0, "none", ResourceLimits.none()),
        new Sandbox.Kind(0, 1, "none", ResourceLimits.none()),
        new Sandbox.Kind(0, 0, "host", ResourceLimits.none()),
        new Sandbox.Kind(0, 0, "none", ResourceLimits.none().memory(1 << 24)),
        new Sandbox.Kind(0, 0, "none", ResourceLimits.none().cpus(1)),
        new Sandbox.Kind(0, 0, "none", ResourceLimits.none().pids(9)));
  }

  @ParameterizedTest
  @MethodSource("others")
  void givesASpareToNoContainerOfAnotherUserNetworkOrLimit(Sandbox.Kind other) throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    try (Sandboxes sandboxes = program.sandboxes()) {
      sandboxes.prepare(KIND, 1);
      await(() -> program.processes().size() == 1);
      Sandbox taken = sandboxes.take(other);
      assertThat(taken.kind()).isEqualTo(other);
      assertThat(taken.isSpare()).isFalse();
      assertThat(taken.process().pid()).isNotEqualTo(program.processes().get(0));
      sandboxes.end(taken);
    }
    assertThat(program.running()).isEmpty();
  }

  @Test
  void passesOverASpareThatHasEnded() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    try (Sandboxes sandboxes = program.sandboxes()) {
      sandboxes.prepare(KIND, 1);
      await(() -> program.processes().size() == 1);
      ProcessHandle spare = ProcessHandle.of(program.processes().get(0)).orElseThrow();
      spare.destroyForcibly();
      spare.onExit().get();

      Sandbox taken = sandboxes.take(KIND);

      assertThat(taken.isSpare()).isFalse();
      assertThat(taken.process().isAlive()).isTrue();
      sandboxes.end(taken);
    }
  }

  @Test
  void endsASpareThatNobodyNeedsForAWhile() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    try (Sandboxes sandboxes = program.sandboxes(Duration.ofMillis(50))) {
      sandboxes.prepare(KIND, 5);
      sandboxes.prepare(KIND, 5);
      await(() -> program.processes().size() == 2 && program.running().isEmpty());
      Sandbox taken = sandboxes.take(KIND);
      assertThat(taken.isSpare()).isFalse();
      sandboxes.end(taken);
    }
  }

  @Test
  void makesNoMoreThanTwoSparesForEachContainerThatRuns() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    try (Sandboxes sandboxes = program.sandboxes()) {
      for (int i = 0; i < 20; i++) {
        sandboxes.prepare(KIND, 1);
      }
      await(() -> program.processes().size() == 2);
      // What was asked for comes in order, so no third one is on its way.
      Sandbox.Kind other = new Sandbox.Kind(1, 1, "none", ResourceLimits.none());
      sandboxes.prepare(other, 1);
      await(() -> program.processes().size() >= 3);
      assertThat(program.processes()).hasSize(3);
    }
    assertThat(program.running()).isEmpty();
  }

  @Test
  void keepsAFewSparesHoweverManyContainersAndKindsThereAre() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    int most = Runtime.getRuntime().availableProcessors() * 2;
    try (Sandboxes sandboxes = program.sandboxes()) {
      for (int kind = 1; kind <= most + 3; kind++) {
        int number = kind;
        sandboxes.prepare(new Sandbox.Kind(kind, kind, "none", ResourceLimits.none()), 1000);
        await(() -> program.processes().size() == number);
      }
      await(() -> program.running().size() == most);
      List<Long> all = program.processes();
      assertThat(program.running()).isEqualTo(all.subList(all.size() - most, all.size()));
    }
    assertThat(program.running()).isEmpty();
  }

  @Test
  void makesNoSpareAfterItsEndButSandboxesAsBefore() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    Sandboxes sandboxes = program.sandboxes();
    sandboxes.prepare(KIND, 3);
    sandboxes.close();
    assertThat(program.running()).isEmpty();
    int before = program.processes().size();
    sandboxes.prepare(KIND, 3);
    Sandbox taken = sandboxes.take(KIND);
    await(() -> program.processes().size() > before);
    assertThat(program.processes()).endsWith(taken.process().pid()).hasSize(before + 1);
    sandboxes.end(taken);
    sandboxes.close();
    assertThat(program.running()).isEmpty();
  }

  @Test
  void leavesNothingToEndWhereTheProgramCannotBeStarted() throws Exception {
    ScriptedProgram program = new ScriptedProgram(temporary, WAITS);
    Files.delete(program.path());
    try (Sandboxes sandboxes = program.sandboxes()) {
      sandboxes.prepare(KIND, 3);
      assertThatThrownBy(() -> sandboxes.take(KIND)).isInstanceOf(EngineException.class);
    }
    assertThat(program.processes()).isEmpty();
  }
}
