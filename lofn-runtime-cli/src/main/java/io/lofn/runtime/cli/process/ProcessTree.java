package io.lofn.runtime.cli.process;

import java.util.List;

/** A process and those it started. */
public final class ProcessTree {

  private ProcessTree() {}

  /**
   * Kills a process and what it started, so that nobody is left who holds its streams. By its
   * handle: {@link Process#destroyForcibly} would then wait for a thread that is blocked in
   * standard input.
   */
  public static void kill(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> children = process.descendants().toList();
      process.toHandle().destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
