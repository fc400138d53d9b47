package io.lofn.testkit;

import static io.lofn.testkit.ContainerLab.assertBlocked;
import static io.lofn.testkit.ContainerLab.end;
import static io.lofn.testkit.ContainerLab.inBackground;
import static io.lofn.testkit.ContainerLab.soon;
import static io.lofn.testkit.ContainerLab.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that the runtime declares as pipes behave like pipes. */
interface DirectStreamsContract extends Topic {

  private boolean isDirect() {
    return lab().runtime().directStreams();
  }

  @Test
  default void saysOnlyOfPipesOfThisKernelThatTheyAreSo() throws Exception {
    String script = "cat; for i in 0 1 2; do readlink /proc/$$/fd/$i; done";
    Outcome streams = lab().run(lab().shell(script).stdin(), "");
    Outcome boot = lab().run(lab().command("cat", "/proc/sys/kernel/random/boot_id"));

    assertThat(streams.stdout().lines()).hasSize(3);
    if (isDirect()) {
      assertThat(streams.stdout().lines()).allMatch(each -> each.startsWith("pipe:["));
      assertThat(boot.stdout())
          .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")));
    }
  }

  @Test
  default void endsAnOutputOnlyWhenAllWhoHoldItHaveClosedIt() throws Exception {
    String script = "exec 3<&0; (read word <&3; echo \"late $word\") & exec >&-; wait";
    try (RunningContainer container = lab().start(lab().shell(script).stdin())) {
      Future<String> stdout = text(container.stdout());
      assertBlocked(stdout);
      container.stdin().write("word\n".getBytes(UTF_8));
      container.stdin().flush();
      assertThat(soon(stdout)).isEqualTo("late word\n");
      assertThat(end(container).code()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ">&2"})
  default void endsWhoWritesToAPipeThatNobodyReads(String where) throws Exception {
    try (RunningContainer container = lab().start(lab().shell("exec yes lofn " + where))) {
      InputStream read = where.isEmpty() ? container.stdout() : container.stderr();
      assertThat(text(read, 5)).isEqualTo("lofn\n");
      read.close();
      if (isDirect()) {
        assertThat(end(container).code()).isEqualTo(141);
      }
    }
  }

  @Test
  default void keepsNoMoreOfWhatIsNotReadThanAPipeHolds() throws Exception {
    // Twice the maximum size of a pipe for an unprivileged process.
    int length = 2 << 20;
    String script = "head -c %d /dev/zero; echo written >&2".formatted(length);
    try (RunningContainer container = lab().start(lab().shell(script))) {
      Future<String> written = inBackground(() -> text(container.stderr(), 8));
      if (isDirect()) {
        assertBlocked(written, Duration.ofSeconds(1));
      }
      long read =
          soon(inBackground(() -> container.stdout().transferTo(OutputStream.nullOutputStream())));
      assertThat(read).isEqualTo(length);
      assertThat(soon(written)).isEqualTo("written\n");
      assertThat(end(container).code()).isZero();
    }
  }
}
