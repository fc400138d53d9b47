package io.lofn.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.testkit.Outcome;
import org.junit.jupiter.api.Test;

class PodmanCliRuntimeIT extends CliRuntimeContract {

  @Override
  String command() {
    return "podman";
  }

  // Podman makes / itself read-only for all but root's own capabilities, which are dropped.
  @Override
  @Test
  public void mayWriteTheImagesFilesUnlessTold() throws Exception {
    Outcome outcome = lab().run(lab().shell("echo text > /etc/lofn && cat /etc/lofn"));
    assertThat(outcome.stdout()).isEqualTo("text\n");
  }
}
