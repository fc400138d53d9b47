package io.lofn.runtime.embedded;

import io.lofn.api.ContainerSettings;
import io.lofn.runtime.embedded.cgroup.Cgroups;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.sandbox.EmbeddedRuntime;
import io.lofn.runtime.embedded.sandbox.NodeSetup;
import io.lofn.runtime.embedded.shared.SharedStore;
import io.lofn.runtime.embedded.store.ImageStore;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RuntimeConfig;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Another executor of this user: starts a container, says so, and waits. */
final class OtherJvm {

  static final String LABEL = "lofn.test";

  /** In place of a parent of control groups. */
  static final String NO_CGROUPS = "none";

  private OtherJvm() {}

  /**
   * Starts the container.
   *
   * @param arguments directory of the runtime, parent of its control groups if any, image, name
   */
  public static void main(String[] arguments) throws Exception {
    ContainerRuntime runtime = runtime(arguments[0], arguments[1]);
    runtime.start(
        ContainerSpec.builder(arguments[3], arguments[2])
            .command(List.of("sleep", "600"))
            .settings(ContainerSettings.defaults().toBuilder().label(LABEL, arguments[3]).build())
            .build());
    System.out.println("started");
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  /** Creates a runtime as in the other JVM. */
  static ContainerRuntime runtime(String directory, String cgroupParent) {
    if (!cgroupParent.equals(NO_CGROUPS)) {
      return new EmbeddedRuntimeProvider().create(config(directory, cgroupParent));
    }
    NodeSetup node =
        NodeSetup.open(config(directory, ""), HelperProgram.jarOf(EmbeddedRuntimeProvider.class));
    return new EmbeddedRuntime(
        node,
        Cgroups.none(),
        new ImageStore(
            node.directory().resolve("images"),
            RegistryClient.of(RuntimeConfig.of(Map.of()), List.of(Path.of("/no/credentials"))),
            SharedStore.none(),
            Long.MAX_VALUE));
  }

  static RuntimeConfig config(String directory, String cgroupParent) {
    return RuntimeConfig.of(
        cgroupParent.isEmpty()
            ? Map.of("dir", directory)
            : Map.of("dir", directory, "cgroup.parent", cgroupParent));
  }
}
