package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.EngineException;
import io.lofn.runtime.embedded.helper.HelperProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With shell scripts in place of the program. */
@Timeout(60)
class LauncherTest {

  private static final byte[] DOCUMENT = "document".getBytes(UTF_8);

  @TempDir private Path temporary;

  private Launcher launcher(String script, Duration timeout) throws Exception {
    Path directory = HelperProgram.privateDirectory(temporary.resolve("dir"));
    byte[] program = ("#!/bin/sh\necho $$ > " + pid() + "\n" + script + "\n").getBytes(UTF_8);
    return new Launcher(
        HelperProgram.unpack(name -> Optional.of(program), "amd64", directory), timeout);
  }

  private Path pid() {
    return temporary.resolve("pid");
  }

  private void assertGone() throws Exception {
    long id = Long.parseLong(Files.readString(pid()).strip());
    assertThat(ProcessHandle.of(id).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void leavesTheStreamsToTheToolAfterOneLine() throws Exception {
    Launcher launcher =
        launcher(
            "dd bs=1 count=8 2> /dev/null > /dev/null; echo started 42 >&2; cat; echo more >&2",
            Duration.ofSeconds(30));

    Launcher.Launched launched = launcher.launch("one", DOCUMENT, true, new Holdings());

    assertThat(launched.first()).isEqualTo(42);
    try (var stdin = launched.process().getOutputStream()) {
      stdin.write("input".getBytes(UTF_8));
    }
    assertThat(launched.process().getInputStream()).hasContent("input");
    assertThat(launched.process().getErrorStream()).hasContent("more");
    assertThat(launched.process().waitFor()).isZero();
  }

  @Test
  void endsTheInputAfterTheDocumentWhereTheToolHasNone() throws Exception {
    Launcher.Launched launched =
        launcher("echo started 42 >&2; cat", Duration.ofSeconds(30))
            .launch("one", DOCUMENT, false, new Holdings());
    assertThat(launched.process().getInputStream()).hasContent("document");
  }

  @Test
  void givesTheProgramNoVariablesAndNoDirectoryOfThisProcess() throws Exception {
    Launcher.Launched launched =
        launcher("echo started 42 >&2; pwd; echo \"${HOME-none}\"", Duration.ofSeconds(30))
            .launch("one", DOCUMENT, false, new Holdings());
    assertThat(launched.process().getInputStream()).hasContent("/\nnone");
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
    Launcher launcher =
        launcher("cat > /dev/null; echo '" + line + "' >&2; exit 125", Duration.ofSeconds(30));
    assertThatThrownBy(() -> launcher.launch("one", DOCUMENT, false, new Holdings()))
        .asInstanceOf(type(EngineException.class))
        .matches(e -> e.isTransient() == passing)
        .hasToString("io.lofn.api.EngineException: Could not start the container one: " + line);
    assertGone();
  }

  @Test
  void saysWhyAProgramEndedThatDidNotReadItsDocument() throws Exception {
    Launcher launcher = launcher("echo bad document >&2; exit 125", Duration.ofSeconds(30));
    assertThatThrownBy(() -> launcher.launch("one", new byte[1 << 20], true, new Holdings()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("bad document");
  }

  @Test
  void saysTheCodeOfAProgramThatSaysNothing() throws Exception {
    Launcher launcher = launcher("cat > /dev/null; exit 9", Duration.ofSeconds(30));
    assertThatThrownBy(() -> launcher.launch("one", DOCUMENT, false, new Holdings()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("ended with code 9");
  }

  @ParameterizedTest
  @CsvSource({"exec sleep 600, 8", "exec sleep 600, 1048576"})
  void endsAProgramThatDoesNotStartTheToolInTime(String script, int length) throws Exception {
    Launcher launcher = launcher(script, Duration.ofMillis(300));
    assertThatThrownBy(() -> launcher.launch("one", new byte[length], true, new Holdings()))
        .hasMessageContaining("spark.lofn.engine.timeout")
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient);
    assertGone();
  }

  @Test
  void endsAProgramThatIsStartingWhenTheTaskIsInterrupted() throws Exception {
    Launcher launcher = launcher("exec sleep 600", Duration.ofMinutes(10));
    FutureTask<Launcher.Launched> start =
        new FutureTask<>(() -> launcher.launch("one", new byte[1 << 20], true, new Holdings()));
    Thread task = new Thread(start);
    task.start();
    while (!Files.exists(pid()) || Files.size(pid()) == 0) {
      Thread.onSpinWait();
    }

    task.interrupt();

    assertThatThrownBy(() -> start.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(EngineException.class)
        .hasMessage("Interrupted while starting the container one");
    assertGone();
  }

  @Test
  void endsWhatItStartedWithWhatTheContainerHolds() throws Exception {
    Holdings holdings = new Holdings();
    Launcher.Launched launched =
        launcher("echo started 42 >&2; exec sleep 600", Duration.ofSeconds(30))
            .launch("one", DOCUMENT, false, holdings);
    assertThat(launched.process().isAlive()).isTrue();
    holdings.release();
    assertGone();
  }

  @Test
  void leavesNothingToEndWhereTheProgramCannotBeStarted() throws Exception {
    Launcher launcher = launcher("", Duration.ofSeconds(30));
    try (var files = Files.list(temporary.resolve("dir/bin"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Holdings holdings = new Holdings();
    assertThatThrownBy(() -> launcher.launch("one", DOCUMENT, false, holdings))
        .isInstanceOf(EngineException.class);
    holdings.release();
    assertThat(pid()).doesNotExist();
  }
}
