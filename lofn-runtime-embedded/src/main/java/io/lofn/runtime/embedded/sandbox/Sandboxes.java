package io.lofn.runtime.embedded.sandbox;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.cgroup.Cgroups;
import io.lofn.runtime.embedded.cgroup.ContainerCgroup;
import io.lofn.runtime.embedded.helper.HelperProgram;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sandboxes, and keeps a few of the kinds that were used last as spares: most of the time of
 * a container's start is that of a process that this JVM spawns, and of the kernel when it joins a
 * control group. Spares that nobody uses end soon. Thread-safe.
 */
final class Sandboxes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);

  private static final Duration THREAD_IDLE = Duration.ofSeconds(1);
  private static final Duration KILL_DEADLINE = Duration.ofSeconds(20);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(20);
  private static final int MOST = Runtime.getRuntime().availableProcessors() * 2;

  private final HelperProgram program;
  private final Cgroups cgroups;
  private final Duration idle;
  private final Deque<Spare> spares = new ArrayDeque<>();
  private final Queue<ContainerCgroup> ended = new ConcurrentLinkedQueue<>();
  private final ScheduledThreadPoolExecutor worker;
  private int begun;

  private record Spare(Sandbox sandbox, long since) {}

  /**
   * Creates it, without spares.
   *
   * @param idle how long a spare waits for a container
   */
  Sandboxes(HelperProgram program, Cgroups cgroups, Duration idle) {
    this.program = program;
    this.cgroups = cgroups;
    this.idle = idle;
    worker =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "lofn-embedded-spares");
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            });
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    worker.setKeepAliveTime(NANOSECONDS.convert(THREAD_IDLE), NANOSECONDS);
    worker.allowCoreThreadTimeOut(true);
  }

  /**
   * Returns a sandbox, which the caller ends.
   *
   * @throws EngineException if none can be made
   */
  Sandbox take(Sandbox.Kind kind) {
    for (Sandbox spare = spare(kind); spare != null; spare = spare(kind)) {
      if (spare.process().isAlive()) {
        return spare;
      }
      end(spare);
    }
    return make(kind, false);
  }

  private synchronized @Nullable Sandbox spare(Sandbox.Kind kind) {
    // The oldest is the most likely to be ready.
    for (Iterator<Spare> each = spares.iterator(); each.hasNext(); ) {
      Sandbox sandbox = each.next().sandbox();
      if (sandbox.kind().equals(kind)) {
        each.remove();
        return sandbox;
      }
    }
    return null;
  }

  /**
   * Makes a spare meanwhile, unless there are two for each container that runs: the next is then
   * being made while one waits.
   *
   * @param running how many containers run
   */
  void prepare(Sandbox.Kind kind, int running) {
    synchronized (this) {
      long alike = spares.stream().filter(each -> each.sandbox().kind().equals(kind)).count();
      if (worker.isShutdown() || alike + begun >= Math.min(running * 2, MOST)) {
        return;
      }
      begun++;
    }
    try {
      worker.execute(() -> add(kind));
    } catch (RejectedExecutionException closed) {
      LOG.debug("Closed meanwhile", closed);
    }
  }

  private void add(Sandbox.Kind kind) {
    Sandbox made = null;
    try {
      made = make(kind, true);
    } catch (RuntimeException e) {
      LOG.debug("No spare sandbox could be made; a container that needs one tells why", e);
    } finally {
      Sandbox surplus = keep(made);
      if (surplus != null) {
        end(surplus);
      }
    }
  }

  /** Keeps a sandbox; returns one that is to be ended. */
  private synchronized @Nullable Sandbox keep(@Nullable Sandbox made) {
    begun--;
    if (made == null || worker.isShutdown()) {
      return made;
    }
    spares.add(new Spare(made, System.nanoTime()));
    ScheduledFuture<?> unused =
        worker.schedule(this::endIdle, NANOSECONDS.convert(idle), NANOSECONDS);
    return spares.size() > MOST ? spares.remove().sandbox() : null;
  }

  private void endIdle() {
    for (Sandbox old = idle(); old != null; old = idle()) {
      end(old);
    }
  }

  private synchronized @Nullable Sandbox idle() {
    Spare oldest = spares.peek();
    return oldest == null || System.nanoTime() - oldest.since() < NANOSECONDS.convert(idle)
        ? null
        : spares.remove().sandbox();
  }

  /**
   * Kills a sandbox, with all that runs in it. Its control groups are removed soon afterwards: the
   * kernel lets nobody make or remove a group while another process joins one, which takes long.
   */
  void end(Sandbox sandbox) {
    Process process = sandbox.process();
    if (process.isAlive()) {
      process.toHandle().destroyForcibly();
      if (!Uninterruptibly.waitFor(process, KILL_DEADLINE)) {
        LOG.warn("The process {} of lofn-run was killed, but does not end", process.pid());
      }
    }
    ended.add(sandbox.cgroup());
    try {
      worker.execute(this::removeGroups);
    } catch (RejectedExecutionException closed) {
      removeGroups();
    }
  }

  private void removeGroups() {
    for (ContainerCgroup each = ended.poll(); each != null; each = ended.poll()) {
      each.remove();
    }
  }

  private Sandbox make(Sandbox.Kind kind, boolean isSpare) {
    ContainerCgroup cgroup = cgroups.make(kind.limits());
    try {
      ProcessBuilder builder =
          new ProcessBuilder(program.path().toString()).directory(new File("/"));
      builder.environment().clear();
      byte[] firstPart = kind.firstPart(cgroup.directories());
      Sandbox sandbox = new Sandbox(program.start(builder), cgroup, kind, isSpare);
      begin(sandbox, firstPart);
      return sandbox;
    } catch (RuntimeException | Error e) {
      cgroup.remove();
      throw e;
    }
  }

  /** A pipe holds it, so this waits for nothing. */
  private static void begin(Sandbox sandbox, byte[] firstPart) {
    try {
      sandbox.process().getOutputStream().write(firstPart);
      sandbox.process().getOutputStream().flush();
    } catch (IOException e) {
      // It has ended; who writes the rest reads why.
      LOG.debug("lofn-run did not read the first part of its document", e);
    }
  }

  /** Ends the spares, makes no others, and removes the groups of what has ended. Idempotent. */
  @Override
  public void close() {
    shutDown();
    if (!Uninterruptibly.ended(worker, CLOSE_DEADLINE)) {
      LOG.warn("A spare sandbox is still being made; it ends afterwards");
    }
    for (Sandbox left = last(); left != null; left = last()) {
      end(left);
    }
    removeGroups();
  }

  /** Not while a spare is being kept, which schedules its end. */
  private synchronized void shutDown() {
    worker.shutdown();
  }

  private synchronized @Nullable Sandbox last() {
    return spares.isEmpty() ? null : spares.remove().sandbox();
  }
}
