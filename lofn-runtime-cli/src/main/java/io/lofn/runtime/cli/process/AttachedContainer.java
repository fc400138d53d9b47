package io.lofn.runtime.cli.process;

import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;

/** A container whose streams are those of an attached process. */
public abstract class AttachedContainer implements RunningContainer {

  private final String id;
  private final boolean input;
  private final AttachedProcess attached;

  /**
   * Creates the container.
   *
   * @param input whether it has standard input
   */
  protected AttachedContainer(String id, boolean input, AttachedProcess attached) {
    this.id = id;
    this.input = input;
    this.attached = attached;
  }

  protected final AttachedProcess attached() {
    return attached;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final OutputStream stdin() {
    if (!input) {
      throw new IllegalStateException("Container " + id + " has no standard input");
    }
    return attached.stdin();
  }

  @Override
  public final InputStream stdout() {
    return attached.stdout();
  }

  @Override
  public final InputStream stderr() {
    return attached.stderr();
  }
}
