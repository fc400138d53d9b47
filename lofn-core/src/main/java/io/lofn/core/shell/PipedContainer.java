package io.lofn.core.shell;

import io.lofn.core.streams.NamedPipes;
import io.lofn.core.streams.Noise;
import io.lofn.spi.ForwardingRunningContainer;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** A container of one run, whose process has named pipes for its standard streams. */
public class PipedContainer extends ForwardingRunningContainer implements ExecStatus {

  private final NamedPipes pipes;
  private final ToolStderr stderr;

  /**
   * @param noise what the shell printed before it had the pipes
   * @param word the word of the shell
   */
  protected PipedContainer(
      RunningContainer container, NamedPipes pipes, Noise noise, ShellWord word) {
    super(container);
    this.pipes = pipes;
    this.stderr = new ToolStderr(pipes.stderr(), noise, word);
  }

  @Override
  public final OutputStream stdin() {
    return pipes.stdin();
  }

  @Override
  public final InputStream stdout() {
    return pipes.stdout();
  }

  @Override
  public final InputStream stderr() {
    return stderr;
  }

  @Override
  public final Optional<Boolean> began() {
    return stderr.began();
  }

  /** Closes the streams. Idempotent. */
  protected final void closePipes() {
    pipes.close();
  }

  @Override
  public void close() {
    try {
      closePipes();
    } finally {
      super.close();
    }
  }
}
