package io.lofn.runtime.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private static Command sh(String script) {
    return Command.of(List.of("/bin/sh", "-c", script));
  }

  @Test
  void readsBothOutputsAtTheSameTime() throws Exception {
    CommandResult result =
        sh("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2")
            .run(LONG);
    assertThat(result.succeeded()).isTrue();
    assertThat(result.stdout()).hasSize(1_000_000);
    assertThat(result.stderr()).hasSize(2_000_000);
  }

  @Test
  void passesArgumentsAndVariablesAsTheyAre() throws Exception {
    String awkward = "a 'b' \"c\" $(id) `id` \\ * \n größe";
    CommandResult result =
        Command.of(
                List.of(
                    "/bin/sh", "-c", "printf '%s|%s|%s' \"$1\" \"$X\" \"$2\"", "sh", awkward, ""))
            .environment(Map.of("X", awkward))
            .run(LONG);
    assertThat(result.stdout()).isEqualTo(awkward + "|" + awkward + "|");
  }

  @Test
  void hasNothingToRead() throws Exception {
    assertThat(sh("cat").run(LONG).succeeded()).isTrue();
  }

  @Test
  void runsInTheDirectoryItIsTold(@TempDir Path directory) throws Exception {
    assertThat(sh("pwd -P").in(directory.toRealPath()).run(LONG).stdout().strip())
        .isEqualTo(directory.toRealPath().toString());
  }

  @Test
  void killsWhatTakesTooLongWithAllItStarted() throws Exception {
    CommandResult result = sh("echo said; sleep 601 & sleep 601").run(Duration.ofMillis(500));
    assertThat(result.cutOff()).isTrue();
    assertThat(result.succeeded()).isFalse();
    assertThat(result.stdout()).isEqualTo("said\n");
    assertThat(
            ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().arguments().stream())
                .flatMap(Stream::of)
                .filter("601"::equals))
        .isEmpty();
  }

  @Test
  void doesNotWaitForAProcessThatKeepsTheStreamsOpen() throws Exception {
    CommandResult result = sh("echo said; setsid sleep 5 & exit 3").run(LONG);
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.stdout()).isEqualTo("said\n");
  }

  @Test
  void isNotCutShortByAnInterrupt() throws Exception {
    Thread.currentThread().interrupt();
    CommandResult result = sh("sleep 0.2; echo done").run(LONG);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(result.stdout()).isEqualTo("done\n");
  }

  @Test
  void isCutShortByAnInterruptIfThatIsWanted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> sh("sleep 600").runInterruptibly(LONG))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void saysThatAProgramCannotBeStarted() {
    assertThatThrownBy(() -> Command.of(List.of("/no/such/program")).run(LONG))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Command.of(List.of("/bin/echo", "a\0b")).run(LONG))
        .isInstanceOf(IOException.class);
  }

  @Test
  void refusesWhatTheCharacterSetCannotExpress() {
    assertThatThrownBy(() -> Command.of(List.of("/bin/echo", "\ud800")).run(LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot encode an argument")
        .hasMessageContaining("LC_ALL=C.UTF-8");
  }
}
