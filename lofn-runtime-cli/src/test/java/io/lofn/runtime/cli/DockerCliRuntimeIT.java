package io.lofn.runtime.cli;

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
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "`cli` docker");
  }
}
