package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

class DockerCliRuntimeIT extends CliRuntimeContract {

  @Override
  String command() {
    return "docker";
  }

  @Override
  void awaitThatMemoryIsTold(String id) throws Exception {
    Process events =
        new ProcessBuilder(
                "docker",
                "events",
                "--since=1h",
                "--filter=container=" + id,
                "--filter=event=oom",
                "--format={{.Action}}")
            .start();
    try {
      assertThat(events.inputReader(UTF_8).readLine()).isEqualTo("oom");
    } finally {
      events.destroy();
    }
  }

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "`cli` docker");
  }
}
