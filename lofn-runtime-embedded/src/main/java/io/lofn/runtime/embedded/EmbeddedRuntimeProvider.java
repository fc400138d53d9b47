package io.lofn.runtime.embedded;

import io.lofn.http.StoredCredentials;
import io.lofn.runtime.embedded.cgroup.Cgroups;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.sandbox.EmbeddedRuntime;
import io.lofn.runtime.embedded.sandbox.NodeSetup;
import io.lofn.runtime.embedded.shared.OverlayTrial;
import io.lofn.runtime.embedded.shared.SharedStore;
import io.lofn.runtime.embedded.store.ImageStore;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs containers without an engine: images are unpacked on the node, and commands run in the
 * kernel's namespaces, by a small program that comes with lofn.
 */
public final class EmbeddedRuntimeProvider implements ContainerRuntimeProvider {

  private static final HelperProgram.Jar JAR = HelperProgram.jarOf(EmbeddedRuntimeProvider.class);

  /** Creates the provider; does no work. */
  public EmbeddedRuntimeProvider() {}

  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public int priority() {
    return -40;
  }

  @Override
  public Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>(RegistryClient.properties());
    properties.putAll(SharedStore.properties());
    properties.put(
        NodeSetup.DIRECTORY,
        "directory of unpacked images and of the program, on a disk and not mounted with noexec; by"
            + " default /var/tmp/lofn-embedded- and the user's id");
    properties.put(
        ImageStore.MAX_SIZE,
        "what all images may take on the node's disk before those that were used least recently"
            + " are deleted; %s unless set".formatted(ImageStore.DEFAULT_SIZE));
    properties.put(
        NodeSetup.UPPER_SIZE,
        "the most that a tool may write to the image's files, in memory; 1g unless set");
    properties.put(
        Cgroups.PARENT,
        "control group below which those of containers are made, from the top of its hierarchy; by"
            + " default the executor's own");
    return Map.copyOf(properties);
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    try {
      registries(config);
      SharedStore.require(config);
      ImageStore.maxSize(config);
      NodeSetup.open(config, JAR).probe(List.of());
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    NodeSetup node = NodeSetup.open(config, JAR);
    return new EmbeddedRuntime(
        node,
        Cgroups.find(config.property(Cgroups.PARENT)),
        new ImageStore(
            node.directory().resolve("images"),
            registries(config),
            SharedStore.of(config, new OverlayTrial(JAR, node.directory(), config.callTimeout())),
            ImageStore.maxSize(config)));
  }

  private static RegistryClient registries(RuntimeConfig config) {
    Path home = Path.of(System.getProperty("user.home", "/"));
    return RegistryClient.of(config, StoredCredentials.places(System.getenv(), home));
  }
}
