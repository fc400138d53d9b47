package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.ResourceLimits;
import io.lofn.runtime.embedded.cgroup.Cgroups;
import io.lofn.runtime.embedded.helper.HelperProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A shell script in place of lofn-run, which notes the id of each process that runs it. */
final class ScriptedProgram {

  static final Sandbox.Kind KIND = new Sandbox.Kind(0, 0, "none", ResourceLimits.none());

  private final Path processes;
  private final HelperProgram program;

  ScriptedProgram(Path temporary, String script) throws IOException {
    processes = temporary.resolve("processes");
    byte[] text = ("#!/bin/sh\necho $$ >> " + processes + "\n" + script + "\n").getBytes(UTF_8);
    Path directory = HelperProgram.privateDirectory(temporary.resolve("dir"));
    program = HelperProgram.unpack(name -> Optional.of(text), "amd64", directory);
  }

  Sandboxes sandboxes(Duration idle) {
    return new Sandboxes(program, Cgroups.none(), idle);
  }

  Sandboxes sandboxes() {
    return sandboxes(Duration.ofMinutes(10));
  }

  Path path() {
    return program.path();
  }

  /** All that have started, in this order. */
  List<Long> processes() throws IOException {
    try {
      return Files.readAllLines(processes).stream().map(Long::valueOf).toList();
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /** Those that run. */
  List<Long> running() throws IOException {
    return processes().stream()
        .filter(id -> ProcessHandle.of(id).filter(ProcessHandle::isAlive).isPresent())
        .toList();
  }
}
