package io.lofn.it;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What runs containers, as somebody outside of lofn's tasks sees it. */
interface TestNode {

  /** The name of the runtime. */
  String runtime();

  /** What makes lofn use it. */
  Map<String, String> settings();

  /** The ids of its containers, running or not, that carry a label. */
  List<String> containers(String label);

  /** The processes of tools whose files lie below a directory, where no engine knows them. */
  default List<ProcessHandle> processes(Path directory) {
    return List.of();
  }

  /** Ends a container that is not the caller's. */
  void remove(String container) throws InterruptedException;
}
