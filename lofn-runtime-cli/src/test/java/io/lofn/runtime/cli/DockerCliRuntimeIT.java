package io.lofn.runtime.cli;

class DockerCliRuntimeIT extends CliRuntimeContract {

  @Override
  String command() {
    return "docker";
  }
}
