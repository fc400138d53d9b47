package io.lofn.testkit;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Runs commands as plain processes of this node. */
final class LocalProcessRuntime implements ContainerRuntime {

  private static final String IMAGE = "process:";
  private static final Pattern REFERENCE = Pattern.compile("\\w[\\w./:@+-]*");
  private static final Set<String> NETWORKS =
      Set.of(ContainerSettings.NO_NETWORK, "bridge", "host");

  private static final Set<RuntimeFeature> UNSUPPORTED =
      EnumSet.complementOf(
          EnumSet.of(
              RuntimeFeature.INDEPENDENT_OUTPUTS,
              RuntimeFeature.WRITABLE_ROOT,
              RuntimeFeature.LOCALHOST));

  private final Set<String> names = ConcurrentHashMap.newKeySet();
  private final Map<String, LocalProcessContainer> containers = new ConcurrentHashMap<>();

  @Override
  public String engine() {
    return "plain processes of %s %s, not isolated"
        .formatted(System.getProperty("os.name"), System.getProperty("os.version"));
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return UNSUPPORTED;
  }

  @Override
  public boolean directStreams() {
    return true;
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    String reference = request.reference();
    if (!REFERENCE.matcher(reference).matches()) {
      throw new EngineException("'" + reference + "' is not the name of an image");
    }
    if (reference.startsWith("missing")) {
      throw new ImageUnavailableException(
          "Image "
              + reference
              + " is not available: the runtime 'process' has no image whose name starts with"
              + " 'missing'");
    }
    return PreparedImage.of(reference, IMAGE + reference);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    if (!spec.image().startsWith(IMAGE)) {
      throw new ImageUnavailableException("Image " + spec.image() + " was not prepared");
    }
    refuseWhatCannotBeLeftOut(spec.settings());
    if (!names.add(spec.name())) {
      throw EngineException.transientFailure(
          "The container name " + spec.name() + " is in use",
          new IllegalStateException(spec.name()));
    }
    try {
      return launch(spec);
    } catch (RuntimeException e) {
      names.remove(spec.name());
      throw e;
    }
  }

  private static void refuseWhatCannotBeLeftOut(ContainerSettings settings) {
    if (!settings.engineOptions().isEmpty()) {
      throw new EngineException(
          "The runtime 'process' does not support engine options: " + settings.engineOptions());
    }
    if (!NETWORKS.contains(settings.network())) {
      throw new EngineException(
          "The runtime 'process' does not support the network " + settings.network());
    }
  }

  private RunningContainer launch(ContainerSpec spec) {
    String id = UUID.randomUUID().toString();
    LocalProcessFiles files =
        LocalProcessFiles.create(spec.mounts(), spec.settings().tmpfs().keySet());
    try {
      spec.settings().user().ifPresent(files::refuseOtherUser);
      Path directory = files.workingDirectory(spec.settings().workingDirectory());
      Redirect input = spec.stdin() ? Redirect.PIPE : Redirect.from(LocalProcessFiles.NULL);
      LaterProcesses later = LaterProcesses.fromNow();
      Process process =
          command(id, spec, files)
              .start(files, builder -> builder.directory(directory.toFile()).redirectInput(input));
      LocalProcessContainer container =
          new LocalProcessContainer(id, spec, process, later, () -> forget(id, spec, files));
      containers.put(id, container);
      return container;
    } catch (IOException e) {
      files.delete();
      throw new EngineException("Could not start " + spec.argv() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      files.delete();
      throw e;
    }
  }

  private void forget(String id, ContainerSpec spec, LocalProcessFiles files) {
    containers.remove(id);
    names.remove(spec.name());
    files.delete();
  }

  private static LocalProcessCommand command(
      String id, ContainerSpec spec, LocalProcessFiles files) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin"));
    spec.settings()
        .environment()
        .forEach((name, value) -> environment.put(name, files.translate(value)));
    environment.computeIfAbsent("HOME", name -> files.home().toString());
    // Paths in /tmp are the node's here, but no tool shall fill the node's with its caches.
    environment.computeIfPresent("HOME", (name, home) -> ownOf(spec, home));
    environment.put(LocalProcessContainer.COOKIE, id);

    List<String> command = new ArrayList<>();
    spec.argv().forEach(argument -> command.add(files.translate(argument)));
    if (spec.argv().isEmpty()) {
      command.add("sh");
    }
    return new LocalProcessCommand(environment, command);
  }

  private static String ownOf(ContainerSpec spec, String home) {
    return spec.mounts().stream()
        .filter(mount -> mount.target().equals(home))
        .map(mount -> mount.source().toString())
        .findFirst()
        .orElse(home);
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return containers.values().stream()
        .map(LocalProcessContainer::summary)
        .filter(summary -> summary.labels().entrySet().containsAll(labels.entrySet()))
        .toList();
  }

  @Override
  public void remove(String id) {
    LocalProcessContainer container = containers.get(id);
    if (container != null) {
      container.close();
    }
  }

  @Override
  public void close() {}
}
