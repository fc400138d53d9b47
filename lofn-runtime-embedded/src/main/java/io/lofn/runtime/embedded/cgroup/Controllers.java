package io.lofn.runtime.embedded.cgroup;

import java.util.Set;

/** The names of the controllers that limit or measure containers. */
final class Controllers {

  static final String MEMORY = "memory";
  static final String PIDS = "pids";
  static final String CPU = "cpu";

  /** Measures the processor time, in version 1; in version 2 every group does. */
  static final String CPU_TIME = "cpuacct";

  static final Set<String> ALL = Set.of(MEMORY, PIDS, CPU, CPU_TIME);

  private Controllers() {}
}
