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
 * One run in a container that may serve others. A run that does not end by itself, or that ends by
 * a signal, takes the container with it.
 */
final class WarmRun extends PipedContainer {

  /** The container that may serve others, as a run sees it. */
  interface Home {

    /** Says that it may serve no other run. */
    void retire();

    boolean isRetired();

    /** How the container ends when its script is told to; empty if it does not. */
    Optional<ContainerExit> leave();
  }

  /** A shell tells the end by a signal as the signal's number and this. */
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
        LOG.info("Container {} serves no other run, for this one left {}", id(), command.left());
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
   * What the container ends with is the shell's own exit code, and says nothing of the command; but
   * for a signal, which ends both.
   */
  private ContainerExit withoutTheLastWord(ContainerExit last, Exception cause) {
    if (last.code() > SIGNALLED || last.outOfMemory()) {
      return last;
    }
    throw EngineException.transientFailure(
        "The shell of the warm container %s ended with exit code %d before it told how the command ended"
            .formatted(id(), last.code()),
        cause);
  }

  /** Only the end of the container tells whether memory ran out. */
  private ContainerExit exitBySignal(int code) {
    return new ContainerExit(code, home.leave().filter(ContainerExit::outOfMemory).isPresent());
  }

  /** Nothing once it is closed: then the container may be another run's. */
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

  /** Once: afterwards the container may be another run's. */
  @Override
  public void close() {
    synchronized (this) {
      if (!command.leftNothing()) { // before anybody may take this run for closed
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
