package io.lofn.runtime.cli;

class PodmanCliRuntimeIT extends CliRuntimeContract {

  @Override
  String command() {
    return "podman";
  }
}
