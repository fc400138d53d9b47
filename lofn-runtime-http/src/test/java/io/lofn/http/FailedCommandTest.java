package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailedCommandTest {

  private static final String RUNC =
      "OCI runtime create failed: runc create failed: unable to start container process: ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127 | exec: \"x\": executable file not found in $PATH: unknown",
        "127 | exec: \"/x\": stat /x: no such file or directory: unknown",
        "126 | exec: \"/etc/passwd\": permission denied: unknown",
        "126 | exec: \"/tmp\": is a directory: unknown"
      })
  void hasTheExitCodeOfAShell(int code, String reason) throws Exception {
    try (RunningContainer container = FailedCommand.of("id", true, RUNC + reason).orElseThrow()) {
      assertThat(container.id()).isEqualTo("id");
      assertThat(container.await(Duration.ZERO)).contains(new ContainerExit(code, false));
      assertThat(new String(container.stderr().readAllBytes(), UTF_8))
          .isEqualTo(RUNC + reason + "\n");
      assertThat(container.stdout().read()).isEqualTo(-1);
      try (OutputStream stdin = container.stdin()) {
        stdin.write(new byte[100]);
      }
      container.stop(Duration.ZERO);
    }
  }

  @Test
  void hasNoInputUnlessAskedFor() {
    try (RunningContainer container =
        FailedCommand.of("id", false, "executable file not found").orElseThrow()) {
      assertThatThrownBy(container::stdin).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void isOnlyAboutCommands() {
    assertThat(FailedCommand.of("id", false, RUNC + "cannot set memory limit")).isEmpty();
    String mount = "error mounting \"/x\" to rootfs at \"/y\": no such file or directory";
    assertThat(FailedCommand.of("id", false, RUNC + mount)).isEmpty();
    String directory = "chdir to cwd (\"/root\") set in config.json failed: permission denied";
    assertThat(FailedCommand.of("id", false, RUNC + directory)).isEmpty();
  }
}
