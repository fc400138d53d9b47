package io.lofn.runtime.cli.engine;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.cli.dialect.Podman;
import io.lofn.runtime.cli.process.AttachedContainer;
import io.lofn.runtime.cli.process.AttachedProcess;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.runtime.cli.process.RunDirectory;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A container with an attached command-line process. Thread-safe. */
final class CliContainer extends AttachedContainer {

  // The attached process may end a moment before the engine records the end of the container.
  private static final int LOOKS = 10;

  /** Each is a command of its own, which takes its time. */
  private static final int LOOKS_FOR_MEMORY = 4;

  private static final int KILLED = 137;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final ContainerSpec spec;
  private final CliEngine engine;
  private final RunDirectory directory;

  private volatile @Nullable ContainerExit exit;
  private volatile boolean removed;

  CliContainer(
      String id,
      ContainerSpec spec,
      CliEngine engine,
      AttachedProcess attached,
      RunDirectory directory) {
    super(id, spec.stdin(), attached);
    this.spec = spec;
    this.engine = engine;
    this.directory = directory;
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    if (exit == null) {
      if (!attached().process().waitFor(NANOSECONDS.convert(atMost), NANOSECONDS)) {
        return Optional.empty();
      }
      exit = exit(attached().process().exitValue());
    }
    return Optional.ofNullable(exit);
  }

  /**
   * Returns the exit of the tool. Of the exit codes of the attached process only 0 is trusted: any
   * other may be its own, not the tool's. With a memory limit the engine is asked even after 0,
   * since a shell may end with 0 although its child was killed.
   */
  private ContainerExit exit(int processCode) throws InterruptedException {
    if (processCode == 0 && spec.settings().limits().memory().isEmpty()) {
      return new ContainerExit(0, directory.tellsOutOfMemory());
    }
    ContainerState state = state();
    for (int look = 1; state.running() && look < LOOKS; look++) {
      Thread.sleep(BETWEEN_LOOKS.toMillis());
      state = state();
    }
    for (int look = 1; mayTellOfMemoryLater(state) && look < LOOKS_FOR_MEMORY; look++) {
      state = state();
    }
    if (state.running()) {
      throw new EngineException(
          "'%s start' ended with exit code %d, but container %s is still running: %s"
              .formatted(
                  engine.dialect().name(), processCode, id(), attached().complaint().strip()));
    }
    boolean outOfMemory = state.outOfMemory() || directory.tellsOutOfMemory();
    int code = state.exitCode();
    return new ContainerExit(
        code == 1 ? Podman.toolCode(attached().complaint()).orElse(code) : code, outOfMemory);
  }

  /** Docker learns on another way than that of the end that the kernel killed a process. */
  private boolean mayTellOfMemoryLater(ContainerState state) {
    return state.exitCode() == KILLED
        && !state.running()
        && !state.outOfMemory()
        && spec.settings().limits().memory().isPresent()
        && !engine.dialect().leavesOomFile();
  }

  private ContainerState state() {
    return engine
        .find(id())
        .orElseThrow(
            () ->
                new EngineException(
                    "Container %s was removed before its exit code was read; remove --rm from the engine options"
                        .formatted(id())));
  }

  /**
   * Sends the signals itself and waits: podman's {@code stop} keeps waiting for a container that
   * was removed meanwhile, and both docker and podman send the stop signal of the image.
   */
  @Override
  public void stop(Duration grace) {
    if (exit != null) {
      return;
    }
    if (!grace.isZero()) {
      signal("TERM");
      boolean ended = Uninterruptibly.waitFor(attached().process(), grace);
      if (ended && !runs()) {
        return;
      }
    }
    signal("KILL");
    // From here on the exit can be read.
    Uninterruptibly.waitFor(attached().process(), engine.callTimeout());
  }

  private void signal(String name) {
    CommandResult result = engine.call("kill", "--signal=" + name, "--", id());
    if (!result.succeeded() && runs()) {
      throw engine.failure("kill", result);
    }
  }

  private boolean runs() {
    return engine.find(id()).map(ContainerState::running).orElse(false);
  }

  @Override
  public void close() {
    try {
      if (!removed) {
        engine.remove(id());
        removed = true;
        // The process ends by itself now; it may still be writing its records.
        Uninterruptibly.waitFor(attached().process(), LAST_WORDS);
      }
    } finally {
      attached().destroy();
      directory.delete();
    }
  }
}
