package io.lofn.runtime.cli.process;

import java.util.List;

/** Ends a process with the processes that it started. */
public final class ProcessTree {

  private ProcessTree() {}

  /**
   * Kills a process and its descendants, so that no process holds its streams. Uses the process
   * handle: {@link Process#destroyForcibly} would wait for a thread that is blocked in standard
   * input.
   */
  public static void kill(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> children = process.descendants().toList();
      process.toHandle().destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
