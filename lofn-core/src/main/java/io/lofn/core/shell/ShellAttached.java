package io.lofn.core.shell;

import io.lofn.core.streams.Noise;
import io.lofn.spi.ForwardingRunningContainer;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.util.Optional;

/**
 * A container of one run whose command was started by a shell, with the streams that the engine
 * attaches.
 */
final class ShellAttached extends ForwardingRunningContainer implements ExecStatus {

  private final ToolStderr stderr;

  /**
   * @param noise what the shell printed before
   * @param word the word of the shell
   */
  ShellAttached(RunningContainer container, Noise noise, ShellWord word) {
    super(container);
    this.stderr = new ToolStderr(container.stderr(), noise, word);
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public Optional<Boolean> began() {
    return stderr.began();
  }
}
