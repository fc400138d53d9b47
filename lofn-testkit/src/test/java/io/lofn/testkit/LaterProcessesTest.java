package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaterProcessesTest {

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private long start() throws IOException {
    Process process = new ProcessBuilder("sleep", "60").start();
    started.add(process);
    return process.pid();
  }

  @Test
  void aProcessThatStartedAfterTheFirstOneIsFound() throws IOException {
    LaterProcesses later = LaterProcesses.fromNow();
    long first = start();
    long second = start();

    assertThat(later.after(first).toArray()).contains(second);
  }

  @Test
  void aProcessThatStartedAfterManyOthersIsFound() throws IOException, InterruptedException {
    LaterProcesses later = LaterProcesses.fromNow();
    long first = start();
    Process many = new ProcessBuilder("sh", "-c", "for i in $(seq 600); do ( : ); done").start();
    assertThat(many.waitFor()).isZero();
    long last = start();

    assertThat(later.after(first).toArray()).contains(last);
  }
}
