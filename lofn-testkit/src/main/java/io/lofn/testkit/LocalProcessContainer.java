package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.UnbufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A process with its descendants. */
final class LocalProcessContainer implements RunningContainer {

  /** The variable that identifies processes whose parent has ended. */
  static final String COOKIE = "LOFN_PROCESS";

  private static final Path OWN_THREADS = Path.of("/proc/self/task");
  private static final Duration KILL_DEADLINE = Duration.ofSeconds(10);
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final String id;
  private final String name;
  private final Map<String, String> labels;
  private final boolean hasStdin;
  private final Process process;
  private final LaterProcesses later;
  private final OutputStream stdin;
  private final Runnable whenClosed;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<ContainerExit> exit = new CompletableFuture<>();

  /**
   * @param later the processes since before this one
   */
  LocalProcessContainer(
      String id, ContainerSpec spec, Process process, LaterProcesses later, Runnable whenClosed) {
    this.id = id;
    this.name = spec.name();
    this.labels = spec.settings().labels();
    this.hasStdin = spec.stdin();
    this.process = process;
    this.later = later;
    this.stdin = new UnbufferedOutputStream(process.getOutputStream());
    this.whenClosed = whenClosed;
    Thread watcher = new Thread(this::watch, "lofn-process-" + process.pid());
    watcher.setDaemon(true);
    watcher.start();
  }

  /** Kills the processes that the tool has left behind, as the end of a container does. */
  private void watch() {
    try {
      int code = process.waitFor();
      killLeftBehind();
      exit.complete(new ContainerExit(code, false));
    } catch (InterruptedException | RuntimeException | Error e) {
      exit.completeExceptionally(e);
    }
  }

  ContainerSummary summary() {
    return new ContainerSummary(id, name, labels, !exit.isDone());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public OutputStream stdin() {
    if (!hasStdin) {
      throw new IllegalStateException("Container " + id + " was started without standard input");
    }
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return process.getInputStream();
  }

  @Override
  public InputStream stderr() {
    return process.getErrorStream();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(exit.get(nanos(atMost), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new EngineException(
          "Could not wait for the end of process " + process.pid(), e.getCause());
    }
  }

  private static long nanos(Duration time) {
    return time.compareTo(FOREVER) < 0 ? time.toNanos() : FOREVER.toNanos();
  }

  @Override
  public void stop(Duration grace) {
    try {
      if (!grace.isZero()) {
        // Not Process.destroy(), which would also close the streams.
        process.toHandle().destroy();
      }
      if (await(grace).isPresent()) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }

  @Override
  public void close() {
    kill();
    if (closed.compareAndSet(false, true)) {
      whenClosed.run();
    }
  }

  private void kill() {
    if (exit.isDone()) {
      return;
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      if (await(KILL_DEADLINE).isEmpty()) {
        throw new EngineException("Could not kill process " + process.pid());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Kills processes repeatedly until none is left, since a process may start another one meanwhile.
   */
  private void killLeftBehind() throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < KILL_DEADLINE.toNanos()) {
      long[] left = later.after(process.pid()).filter(this::isLeftBehind).toArray();
      if (left.length == 0) {
        return;
      }
      for (long pid : left) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      NANOSECONDS.sleep(1_000_000);
    }
  }

  private boolean isLeftBehind(long pid) {
    Path environ = Path.of("/proc", Long.toString(pid), "environ");
    boolean isOwnThread = OWN_THREADS.resolve(Long.toString(pid)).toFile().exists();
    if (isOwnThread || !environ.toFile().exists()) {
      return false;
    }
    try {
      byte[] environment = Files.readAllBytes(environ);
      return new String(environment, ISO_8859_1).contains(COOKIE + "=" + id);
    } catch (IOException e) {
      return false; // It has ended, belongs to another user, or this is not Linux.
    }
  }
}
