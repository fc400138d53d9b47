package io.lofn.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * One started container. Each stream may be used by a thread of its own, and {@link #await}, {@link
 * #stop} and {@link #close} by others at the same time.
 *
 * <p>The streams are independent of each other: what is not read holds back the tool on that stream
 * only. Bytes are passed as they are.
 */
public interface RunningContainer extends AutoCloseable {

  /**
   * The engine's id of the container.
   *
   * @return the id
   */
  String id();

  /**
   * The standard input of the container's process. Closing it is the end of input. Unbuffered.
   *
   * @return the stream
   * @throws IllegalStateException if the spec has no standard input
   */
  OutputStream stdin();

  /**
   * The standard output of the container's process; ends when the container has ended or is closed.
   *
   * @return the stream
   */
  InputStream stdout();

  /**
   * The standard error of the container's process; ends when the container has ended or is closed.
   *
   * @return the stream
   */
  InputStream stderr();

  /**
   * Waits for the end of the container.
   *
   * @param atMost how long to wait; zero looks once
   * @return how it ended, or empty if it still runs
   * @throws InterruptedException if the thread is interrupted; the container goes on
   * @throws io.lofn.api.EngineException if the engine lost sight of the container
   */
  Optional<ContainerExit> await(Duration atMost) throws InterruptedException;

  /**
   * Asks the process to end with SIGTERM, and kills it after the grace time. Returns when the
   * engine has done so. A container that has ended is left as it is.
   *
   * @param grace how long the process may take; zero kills at once
   * @throws io.lofn.api.EngineException if the engine cannot
   */
  void stop(Duration grace);

  /**
   * Kills the container if it runs, removes it, and ends its streams; a thread that is blocked in
   * one of them is freed, even if the engine does not answer. Idempotent.
   *
   * @throws io.lofn.api.EngineException if the engine did not remove it
   */
  @Override
  void close();
}
