package io.lofn.runtime.cli;

import java.util.List;

/** A process and those it started. */
final class ProcessTree {

  private ProcessTree() {}

  /** Kills a process and what it started, so that nobody is left who holds its streams. */
  static void kill(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> children = process.descendants().toList();
      process.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
