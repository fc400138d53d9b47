package io.lofn.runtime.cli.runner;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.cli.process.AttachedContainer;
import io.lofn.runtime.cli.process.AttachedProcess;
import io.lofn.runtime.cli.process.ProcessTree;
import io.lofn.runtime.cli.process.RunDirectory;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** A container that is a child process of this one, with its descendants. Thread-safe. */
final class RunnerContainer extends AttachedContainer {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final ContainerRecords records;
  private final RunDirectory directory;
  private final boolean caged;
  private final Optional<ProcessId> first;
  private final Optional<MountNamespace> mounts;
  private final Optional<Integer> code;
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();
  private boolean forgotten;

  /**
   * Creates the container.
   *
   * @param caged whether its processes run in a {@link ProcessCage}
   * @param code its exit code, if it is known and the process would report another
   */
  RunnerContainer(
      ContainerSpec spec,
      ContainerRecords records,
      AttachedProcess attached,
      RunDirectory directory,
      boolean caged,
      Optional<Integer> code) {
    super(spec.name(), spec.stdin(), attached);
    this.records = records;
    this.directory = directory;
    this.caged = caged;
    this.code = code;
    Process process = attached.process();
    first =
        caged
            ? ProcessCage.first(process).flatMap(handle -> ProcessId.of(handle.pid()))
            : Optional.empty();
    mounts = caged ? Optional.empty() : ProcessId.of(process.pid()).flatMap(MountNamespace::open);
    Thread watcher = new Thread(this::watch, "lofn-cli-" + process.pid());
    watcher.setDaemon(true);
    watcher.start();
  }

  private void watch() {
    try {
      int ended = endRemaining();
      exit.complete(new ContainerExit(code.orElse(ended), false));
    } catch (InterruptedException | RuntimeException | Error e) {
      exit.completeExceptionally(e);
    }
  }

  /** Ends the remaining processes when the first process has ended, as an engine does. */
  private int endRemaining() throws InterruptedException {
    try {
      int ended = attached().process().waitFor();
      awaitCage();
      new Cookie(id(), mounts).kill();
      return ended;
    } finally {
      mounts.ifPresent(MountNamespace::close);
    }
  }

  /** Waits for the end of the namespace: the kernel ends all other processes before the first. */
  private void awaitCage() {
    long begin = System.nanoTime();
    while (first.filter(ProcessId::isAlive).isPresent()) {
      if (System.nanoTime() - begin > KILL_DEADLINE.toNanos()) {
        throw new EngineException(
            "The processes of container " + id() + " do not end after they were killed");
      }
      Uninterruptibly.sleep(PAUSE);
    }
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(exit.get(NANOSECONDS.convert(atMost), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new EngineException("Could not wait for the end of container " + id(), e.getCause());
    }
  }

  @Override
  public void stop(Duration grace) {
    if (exit.isDone()) {
      return;
    }
    if (!grace.isZero()) {
      // By its handle: Process.destroy would also close the streams.
      ProcessHandle process = attached().process().toHandle();
      (caged ? ProcessCage.first(attached().process()) : Optional.of(process))
          .ifPresent(ProcessHandle::destroy);
    }
    if (!Uninterruptibly.done(exit, grace)) {
      kill();
    }
  }

  private void kill() {
    ProcessTree.kill(attached().process());
    if (!Uninterruptibly.done(exit, KILL_DEADLINE)) {
      throw new EngineException("Could not kill the processes of container " + id());
    }
  }

  @Override
  public synchronized void close() {
    try {
      kill();
      // Once only: a later container may have the name afterwards.
      if (!forgotten) {
        records.remove(id());
        forgotten = true;
      }
    } finally {
      attached().destroy();
      directory.delete();
    }
  }
}
