package io.lofn.runtime.cli.runner;

import io.lofn.api.EngineException;
import io.lofn.http.Processes;
import java.util.List;
import java.util.Optional;

/**
 * Finds the processes of a container, also those whose parent has ended, by an environment variable
 * and by their mount namespace. A process that changes both on purpose is not found.
 *
 * @param id the container's id
 * @param mounts the mount namespace, if it is known; held open while this is used
 */
record Cookie(String id, Optional<MountNamespace> mounts) {

  static final String NAME = "LOFN_CONTAINER";

  /**
   * Kills the processes repeatedly until none is left, since one may start another meanwhile.
   *
   * @throws EngineException if processes remain
   */
  void kill() {
    List<ProcessHandle> left = Processes.kill(this::isIn);
    if (!left.isEmpty()) {
      throw new EngineException(
          "Could not kill the processes %s of container %s"
              .formatted(left.stream().map(ProcessHandle::pid).toList(), id));
    }
  }

  private boolean isIn(ProcessHandle process) {
    return mounts.filter(namespace -> namespace.contains(process.pid())).isPresent()
        // Some runners add a prefix to the variable's name.
        || Processes.hasVariable(process, NAME + "=" + id);
  }
}
