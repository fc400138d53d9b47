package io.lofn.spark;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/** What this executor offers to its runs. One for each configuration. */
final class Node implements AutoCloseable {

  /** How long a start that is under way may take to be undone as lofn ends. */
  private static final Duration START_GRACE = Duration.ofSeconds(10);

  private final NodeRuntime runtime;
  private final Images images;
  private final Volumes volumes;
  private final Exchanges exchanges;
  private final EngineCalls calls;
  private final Supervisor supervisor;
  private final PipedContainers containers;
  private final WarmContainers warm;
  private final SafetyGate gate;
  private final LackGate lacks;
  private final StartProbe probe;
  private final Sweeper sweeper;
  private final ContainerOwnership ownership;
  private final RunMeters meters;
  private final ExecutorService threads;
  private final ScheduledExecutorService clock;

  @Inject
  Node(
      NodeRuntime runtime,
      Images images,
      Volumes volumes,
      Exchanges exchanges,
      EngineCalls calls,
      Supervisor supervisor,
      PipedContainers containers,
      WarmContainers warm,
      SafetyGate gate,
      LackGate lacks,
      StartProbe probe,
      Sweeper sweeper,
      ContainerOwnership ownership,
      RunMeters meters,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.runtime = runtime;
    this.images = images;
    this.volumes = volumes;
    this.exchanges = exchanges;
    this.calls = calls;
    this.supervisor = supervisor;
    this.containers = containers;
    this.warm = warm;
    this.gate = gate;
    this.lacks = lacks;
    this.probe = probe;
    this.sweeper = sweeper;
    this.ownership = ownership;
    this.meters = meters;
    this.threads = threads;
    this.clock = clock;
  }

  NodeRuntime runtime() {
    return runtime;
  }

  Images images() {
    return images;
  }

  Volumes volumes() {
    return volumes;
  }

  Exchanges exchanges() {
    return exchanges;
  }

  EngineCalls calls() {
    return calls;
  }

  Supervisor supervisor() {
    return supervisor;
  }

  PipedContainers containers() {
    return containers;
  }

  WarmContainers warm() {
    return warm;
  }

  SafetyGate gate() {
    return gate;
  }

  LackGate lacks() {
    return lacks;
  }

  StartProbe probe() {
    return probe;
  }

  ContainerOwnership ownership() {
    return ownership;
  }

  RunMeters meters() {
    return meters;
  }

  ExecutorService threads() {
    return threads;
  }

  @Override
  public void close() {
    Closing.all(
        () -> clock.shutdownNow(),
        supervisor::closeRuns,
        () -> calls.awaitEnd(START_GRACE),
        warm,
        volumes,
        () -> sweeper.end(runtime),
        exchanges,
        () -> threads.shutdownNow());
  }
}
