package io.lofn.core.warm;

import io.lofn.api.EngineException;
import io.lofn.core.shell.PipedContainer;
import io.lofn.core.streams.NamedPipes;
import io.lofn.core.streams.Noise;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run in a container that may serve others. If a run does not end by itself, or ends by a
 * signal, the container ends with it.
 */
final class WarmRun extends PipedContainer {

  /** The warm container of a run, as the run uses it. */
  interface Home {

    /** Marks the container as unable to serve another run. */
    void retire();

    boolean isRetired();

    /** Returns how the container ends after its script was told to end; empty if it does not. */
    Optional<ContainerExit> leave();
  }

  /** A shell reports an end by a signal as this number plus the signal's. */
  private static final int SIGNALLED = 128;

  private static final Logger LOG = LoggerFactory.getLogger(WarmRun.class);

  private final Home home;
  private final WarmShell.Command command;
  private volatile @Nullable ContainerExit exit;
  private boolean closed;

  WarmRun(Home home, RunningContainer container, WarmShell.Command command, NamedPipes pipes) {
    super(container, pipes, new Noise(), command.word());
    this.home = home;
    this.command = command;
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    ContainerExit known = exit;
    if (known != null) {
      return Optional.of(known);
    }
    try {
      int code = command.ended().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      if (!command.leftNothing()) {
        LOG.debug(
            "Container {} serves no other run, because this one left {}", id(), command.left());
        home.retire();
      }
      exit = code > SIGNALLED ? exitBySignal(code) : new ContainerExit(code, false);
      return Optional.of(exit);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      home.retire();
      return super.await(atMost).map(last -> withoutTheLastWord(last, e));
    }
  }

  /**
   * Returns the exit of a container that ended before its script reported the command's. It is the
   * shell's own exit code, not the command's, except for a signal, which ends both.
   */
  private ContainerExit withoutTheLastWord(ContainerExit last, Exception cause) {
    if (last.code() > SIGNALLED || last.outOfMemory()) {
      return last;
    }
    throw EngineException.transientFailure(
        "The shell of the warm container %s ended with exit code %d before it reported the exit code of the command"
            .formatted(id(), last.code()),
        cause);
  }

  /** Waits for the container, since only its end tells whether memory ran out. */
  private ContainerExit exitBySignal(int code) {
    return new ContainerExit(code, home.leave().filter(ContainerExit::outOfMemory).isPresent());
  }

  /** Does nothing once it is closed: then the container may belong to another run. */
  @Override
  public void stop(Duration grace) {
    synchronized (this) {
      if (closed) {
        return;
      }
      home.retire();
    }
    super.stop(grace);
  }

  /** Closes the run once: afterwards the container may belong to another run. */
  @Override
  public void close() {
    synchronized (this) {
      if (!command.leftNothing()) { // before another thread may see this run as closed
        home.retire();
      }
      if (closed) {
        return;
      }
      closed = true;
    }
    if (home.isRetired()) {
      super.close();
    } else {
      closePipes();
    }
  }
}
