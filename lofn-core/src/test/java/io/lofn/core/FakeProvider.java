package io.lofn.core;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A runtime that can be chosen, lists what it is told, and remembers what was removed. */
public record FakeProvider(
    String name, int priority, @Nullable String reason, ContainerRuntime runtime)
    implements ContainerRuntimeProvider {

  public static FakeProvider usable(String name, int priority) {
    return of(name, priority, new FakeRuntime(name, List.of()));
  }

  public static FakeProvider of(String name, int priority, ContainerRuntime runtime) {
    return new FakeProvider(name, priority, null, runtime);
  }

  public FakeProvider(String name, int priority, String reason) {
    this(name, priority, reason, new FakeRuntime(name, List.of()));
  }

  @Override
  public Map<String, String> properties() {
    return Map.of("socket", "where it listens");
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    return Optional.ofNullable(reason);
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    return runtime;
  }

  public static class FakeRuntime implements ContainerRuntime {

    private final String name;
    private final List<ContainerSummary> containers;
    public final List<String> removed = new ArrayList<>();

    public FakeRuntime(String name, List<ContainerSummary> containers) {
      this.name = name;
      this.containers = containers;
    }

    @Override
    public String engine() {
      return "engine of " + name;
    }

    @Override
    public PreparedImage prepare(ImageRequest request) {
      return PreparedImage.of(request.reference(), "id of " + request.reference());
    }

    @Override
    public RunningContainer start(ContainerSpec spec) {
      throw new IllegalStateException("This runtime starts nothing");
    }

    @Override
    public List<ContainerSummary> list(Map<String, String> labels) {
      return containers.stream()
          .filter(container -> container.labels().entrySet().containsAll(labels.entrySet()))
          .toList();
    }

    @Override
    public void remove(String id) {
      removed.add(id);
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}
