package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.ResourceLimits;
import io.lofn.runtime.embedded.cgroup.ContainerCgroup;
import io.lofn.runtime.embedded.helper.RunDocument;
import java.nio.file.Path;
import java.util.List;

/**
 * A program {@code lofn-run} that has read the first part of its document: it makes namespaces,
 * joins control groups, and then waits for what it shall run.
 *
 * @param process the program
 * @param cgroup its control groups
 * @param kind what it was made of
 * @param isSpare whether it was made before a container needed it
 */
record Sandbox(Process process, ContainerCgroup cgroup, Kind kind, boolean isSpare) {

  /**
   * What containers must have in common to use sandboxes of each other.
   *
   * @param uid the user inside
   * @param gid the group inside
   * @param network {@code none} or {@code host}
   * @param limits what the control groups limit
   */
  record Kind(long uid, long gid, String network, ResourceLimits limits) {

    /** Returns the first part of a document for a sandbox that ends with this process. */
    byte[] firstPart(List<Path> cgroups) {
      RunDocument document = new RunDocument().add("parent", ProcessHandle.current().pid());
      cgroups.forEach(directory -> document.add("cgroup", directory));
      addTo(document);
      return document.encodedFirstPart();
    }

    void addTo(RunDocument document) {
      document.add("ids", uid, gid).add("network", network);
    }
  }
}
