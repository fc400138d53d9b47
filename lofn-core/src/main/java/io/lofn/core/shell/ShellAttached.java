package io.lofn.core.shell;

import io.lofn.core.streams.Noise;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** A container of one run whose command a shell has started, with what the engine attaches. */
final class ShellAttached implements RunningContainer, Witness {

  private final RunningContainer container;
  private final ToolStderr stderr;

  /**
   * @param noise what the shell said before
   * @param word the shell's
   */
  ShellAttached(RunningContainer container, Noise noise, ShellWord word) {
    this.container = container;
    this.stderr = new ToolStderr(container.stderr(), noise, word);
  }

  @Override
  public String id() {
    return container.id();
  }

  @Override
  public OutputStream stdin() {
    return container.stdin();
  }

  @Override
  public InputStream stdout() {
    return container.stdout();
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public Optional<Boolean> began() {
    return stderr.began();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return container.await(atMost);
  }

  @Override
  public void stop(Duration grace) {
    container.stop(grace);
  }

  @Override
  public void close() {
    container.close();
  }
}
