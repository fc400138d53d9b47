package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With shell scripts in place of the program. */
@Timeout(60)
class LauncherTest {

  private static final byte[] DOCUMENT = "document".getBytes(UTF_8);
  private static final Launcher LAUNCHER = new Launcher(Duration.ofSeconds(30));

  /** Reads what every sandbox is given when it is made. */
  private static final String FIRST =
      "dd bs=1 count=16 2> /dev/null > /dev/null;"
          + " dd bs=1 count=%d 2> /dev/null > /dev/null; ".formatted(bodyOfFirstPart());

  @TempDir private Path temporary;

  private final List<Runnable> ends = new ArrayList<>();
  private final List<Sandbox> made = new ArrayList<>();

  private static int bodyOfFirstPart() {
    return ScriptedProgram.KIND.firstPart(List.of()).length - 16;
  }

  private Sandbox sandbox(String script) throws IOException {
    Sandboxes sandboxes = new ScriptedProgram(temporary, FIRST + script).sandboxes();
    Sandbox sandbox = sandboxes.take(ScriptedProgram.KIND);
    made.add(sandbox);
    ends.add(() -> sandboxes.end(sandbox));
    return sandbox;
  }

  @AfterEach
  void endSandboxes() {
    ends.forEach(Runnable::run);
    assertThat(made).noneMatch(sandbox -> sandbox.process().isAlive());
  }

  @Test
  void leavesTheStreamsToTheToolAfterOneLine() throws Exception {
    Sandbox sandbox =
        sandbox(
            "dd bs=1 count=8 2> /dev/null > /dev/null; echo started 42 >&2; cat; echo more >&2");

    assertThat(LAUNCHER.launch("one", sandbox, DOCUMENT, true)).isEqualTo(42);

    try (var stdin = sandbox.process().getOutputStream()) {
      stdin.write("input".getBytes(UTF_8));
    }
    assertThat(sandbox.process().getInputStream()).hasContent("input");
    assertThat(sandbox.process().getErrorStream()).hasContent("more");
    assertThat(sandbox.process().waitFor()).isZero();
  }

  @Test
  void endsTheInputAfterTheDocumentWhereTheToolHasNone() throws Exception {
    Sandbox sandbox = sandbox("echo started 42 >&2; cat");
    assertThat(LAUNCHER.launch("one", sandbox, DOCUMENT, false)).isEqualTo(42);
    assertThat(sandbox.process().getInputStream()).hasContent("document");
  }

  @Test
  void givesTheProgramNoVariablesAndNoDirectoryOfThisProcess() throws Exception {
    Sandbox sandbox = sandbox("echo started 42 >&2; pwd; echo \"${HOME-none}\"");
    assertThat(LAUNCHER.launch("one", sandbox, DOCUMENT, false)).isEqualTo(42);
    assertThat(sandbox.process().getInputStream()).hasContent("/\nnone");
  }

  @ParameterizedTest
  @CsvSource({
    "lofn-run: cannot mount /proc: EPERM operation not permitted, false",
    "lofn-run: cannot make a process: EAGAIN try again, true",
    "lofn-run: cannot make namespaces: ENOSPC no space left on device, true",
    "anything else, false",
    "started, false",
    "started x, false",
  })
  void saysInTheProgramsWordsWhyNothingStarts(String line, boolean passing) throws Exception {
    Sandbox sandbox = sandbox("cat > /dev/null; echo '" + line + "' >&2; exit 125");
    assertThatThrownBy(() -> LAUNCHER.launch("one", sandbox, DOCUMENT, false))
        .asInstanceOf(type(EngineException.class))
        .matches(e -> e.isTransient() == passing)
        .hasToString("io.lofn.api.EngineException: Could not start the container one: " + line);
  }

  @Test
  void saysWhyAProgramEndedThatDidNotReadItsDocument() throws Exception {
    Sandbox sandbox = sandbox("echo bad document >&2; exit 125");
    assertThatThrownBy(() -> LAUNCHER.launch("one", sandbox, new byte[1 << 20], true))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("bad document");
  }

  /** A spare may have been killed while it waited, which says nothing of the container. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void saysTheCodeOfAProgramThatSaysNothing(boolean spare) throws Exception {
    Sandbox of = sandbox("cat > /dev/null; exit 9");
    Sandbox sandbox = new Sandbox(of.process(), of.cgroup(), of.kind(), spare);
    assertThatThrownBy(() -> LAUNCHER.launch("one", sandbox, DOCUMENT, false))
        .hasMessageContaining("ended with code 9")
        .asInstanceOf(type(EngineException.class))
        .matches(e -> e.isTransient() == spare);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 1 << 20})
  void givesUpAProgramThatDoesNotStartTheToolInTime(int length) throws Exception {
    Sandbox sandbox = sandbox("exec sleep 600");
    Launcher impatient = new Launcher(Duration.ofMillis(300));
    assertThatThrownBy(() -> impatient.launch("one", sandbox, new byte[length], true))
        .hasMessageContaining("spark.lofn.engine.timeout")
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient);
  }

  @Test
  void givesUpAProgramThatIsStartingWhenTheTaskIsInterrupted() throws Exception {
    Sandbox sandbox = sandbox("exec sleep 600");
    FutureTask<Long> start =
        new FutureTask<>(() -> LAUNCHER.launch("one", sandbox, new byte[1 << 20], true));
    Thread task = new Thread(start);
    task.start();

    task.interrupt();

    assertThatThrownBy(() -> start.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(EngineException.class)
        .hasMessage("Interrupted while starting the container one");
  }
}
