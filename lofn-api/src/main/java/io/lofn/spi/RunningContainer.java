package io.lofn.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * A started container. Each stream may be used by another thread, and {@link #await}, {@link #stop}
 * and {@link #close} by others at the same time.
 *
 * <p>The streams are independent of each other: unread output blocks the tool on that stream only.
 * Bytes are passed unchanged.
 */
public interface RunningContainer extends AutoCloseable {

  /**
   * Returns the engine's id of the container.
   *
   * @return the id
   */
  String id();

  /**
   * Returns the standard input of the container's process. Closing it ends the input. Unbuffered.
   *
   * @return the stream
   * @throws IllegalStateException if the spec has no standard input
   */
  OutputStream stdin();

  /**
   * Returns the standard output of the container's process; ends when the container has ended or is
   * closed.
   *
   * @return the stream
   */
  InputStream stdout();

  /**
   * Returns the standard error of the container's process; ends when the container has ended or is
   * closed.
   *
   * @return the stream
   */
  InputStream stderr();

  /**
   * Waits for the end of the container.
   *
   * @param atMost how long to wait; zero checks once
   * @return how it ended, or empty if it still runs
   * @throws InterruptedException if the thread is interrupted; the container continues
   * @throws io.lofn.api.EngineException if the engine lost the container
   */
  Optional<ContainerExit> await(Duration atMost) throws InterruptedException;

  /**
   * Asks the process to end with SIGTERM, and kills it after the grace period. Returns when the
   * engine has done so. Does nothing if the container has ended.
   *
   * @param grace how long the process may take; zero kills at once
   * @throws io.lofn.api.EngineException if the engine fails
   */
  void stop(Duration grace);

  /**
   * Kills the container if it runs, removes it, and ends its streams. Wakes a thread that is
   * blocked in one of them, even if the engine does not answer. Idempotent.
   *
   * @throws io.lofn.api.EngineException if the engine did not remove it
   */
  @Override
  void close();
}
