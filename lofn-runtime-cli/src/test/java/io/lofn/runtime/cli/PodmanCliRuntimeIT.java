package io.lofn.runtime.cli;

import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

class PodmanCliRuntimeIT extends CliRuntimeContract {

  @Override
  String command() {
    return "podman";
  }

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "`cli` podman");
  }
}
