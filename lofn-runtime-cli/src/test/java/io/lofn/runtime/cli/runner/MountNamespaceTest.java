package io.lofn.runtime.cli.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MountNamespaceTest {

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  /** Starts a process in a mount namespace of its own. */
  private ProcessId apart() throws IOException {
    Process process =
        new ProcessBuilder(
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "echo; sleep 600")
            .start();
    started.add(process);
    assertThat(process.getInputStream().read()).isEqualTo('\n');
    return ProcessId.of(process.pid()).orElseThrow();
  }

  private void killAll() throws Exception {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void processesInItAreKilledAlsoWithoutTheVariable() throws Exception {
    ProcessId tool = apart();
    try (MountNamespace mounts = MountNamespace.open(tool).orElseThrow()) {
      new Cookie("any", Optional.of(mounts)).kill();
    }
    assertThat(tool.isAlive()).isFalse();
  }

  @Test
  void processesOfALaterNamespaceAreLeftAlone() throws Exception {
    try (MountNamespace mounts = MountNamespace.open(apart()).orElseThrow()) {
      killAll();
      List<ProcessId> later = List.of(apart(), apart(), apart());

      new Cookie("any", Optional.of(mounts)).kill();

      assertThat(later).allMatch(ProcessId::isAlive);
    }
  }

  @Test
  void neitherTheNamespaceOfThisProcessNorThatOfAnEndedOneIsOpened() throws Exception {
    ProcessId tool = apart();
    killAll();
    assertThat(MountNamespace.open(tool)).isEmpty();
    assertThat(MountNamespace.open(new ProcessId(ProcessHandle.current().pid(), 1))).isEmpty();
    assertThat(MountNamespace.open(ProcessId.own())).isEmpty();
  }
}
