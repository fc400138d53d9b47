package io.lofn.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProcessStartTest {

  @Test
  void aProcessKeepsItsTimeAndALaterOneHasNoEarlier() throws Exception {
    long own = ProcessStart.of(ProcessHandle.current().pid()).orElseThrow();
    Process later = new ProcessBuilder("sleep", "600").start();
    try {
      assertThat(ProcessStart.of(later.pid()).orElseThrow()).isGreaterThanOrEqualTo(own);
      assertThat(ProcessStart.of(ProcessHandle.current().pid())).hasValue(own);
    } finally {
      later.destroyForcibly();
    }
    assertThat(later.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(ProcessStart.of(later.pid())).isEmpty();
  }

  /** Its parent, the shell, has replaced itself by a program that does not wait for it. */
  @Test
  void aProcessThatWasNotWaitedForHasEnded() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sh -c 'echo $$' & exec sleep 600").start();
    try {
      String child = parent.inputReader().readLine();
      long pid = Long.parseLong(child);
      while (ProcessStart.of(pid).isPresent()) {
        Thread.onSpinWait();
      }
      assertThat(ProcessHandle.of(pid)).isPresent();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void theNameOfAProgramMayHoldBlanksAndBrackets() throws Exception {
    Process odd =
        new ProcessBuilder("sh", "-c", "printf 'a) b (' > /proc/$$/comm; echo named; read x")
            .start();
    try {
      assertThat(odd.inputReader().readLine()).isEqualTo("named");
      assertThat(ProcessStart.of(odd.pid()).orElseThrow())
          .isGreaterThanOrEqualTo(ProcessStart.of(ProcessHandle.current().pid()).orElseThrow());
    } finally {
      odd.destroyForcibly();
    }
  }
}
