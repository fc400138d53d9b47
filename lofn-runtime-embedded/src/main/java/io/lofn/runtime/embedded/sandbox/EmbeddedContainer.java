package io.lofn.runtime.embedded.sandbox;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.cgroup.ContainerCgroup;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.UnbufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container: the program {@code lofn-run}, a child of this process, the container's first process
 * as its child, and the tool. The program ends when all others have. Thread-safe.
 */
final class EmbeddedContainer implements RunningContainer {

  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);

  private final String id;
  private final boolean input;
  private final Process process;
  private final ContainerProcesses processes;
  private final ContainerCgroup cgroup;
  private final Holdings holdings;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private final Object ending = new Object();
  private volatile boolean closed;
  private @Nullable ContainerExit exit;

  EmbeddedContainer(
      String id, boolean input, Sandbox sandbox, ContainerProcesses processes, Holdings holdings) {
    this.id = id;
    this.input = input;
    this.process = sandbox.process();
    this.processes = processes;
    this.cgroup = sandbox.cgroup();
    this.holdings = holdings;
    stdin = new UnbufferedOutputStream(process.getOutputStream());
    stdout = new ContainerStream(id, process.getInputStream(), () -> closed);
    stderr = new ContainerStream(id, process.getErrorStream(), () -> closed);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public OutputStream stdin() {
    if (!input) {
      throw new IllegalStateException("Container " + id + " has no standard input");
    }
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return stdout;
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return process.waitFor(NANOSECONDS.convert(atMost), NANOSECONDS)
        ? Optional.of(exit())
        : Optional.empty();
  }

  /** Returns how the ended container ended; its control groups tell. */
  private ContainerExit exit() {
    synchronized (ending) {
      ContainerExit known = exit;
      if (known == null) {
        known = cgroup.exit(process.exitValue());
        exit = known;
      }
      return known;
    }
  }

  @Override
  public void stop(Duration grace) {
    if (!process.isAlive()) {
      return;
    }
    if (!grace.isZero()) {
      // By its handle: Process.destroy would also close the streams.
      process.toHandle().destroy();
      if (Uninterruptibly.waitFor(process, grace)) {
        return;
      }
    }
    kill();
  }

  private void kill() {
    if (!process.isAlive()) {
      return;
    }
    if (!killed()) {
      process.toHandle().destroyForcibly();
    }
    if (!Uninterruptibly.waitFor(process, KILL_DEADLINE)) {
      throw new EngineException(
          "Container %s was killed, but its processes do not end (process %d of this node)"
              .formatted(id, processes.first()));
    }
  }

  private boolean killed() {
    try {
      return processes.kill();
    } catch (UncheckedIOException notKnown) {
      return false;
    }
  }

  /**
   * Kills it. A thread that is blocked in a stream is woken by the end of the processes at its
   * other end; the JVM closes the streams when the program has ended.
   */
  @Override
  public void close() {
    closed = true;
    kill();
    exit();
    holdings.release();
  }
}
