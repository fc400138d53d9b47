package io.lofn.http;

import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one container that is attached to. The standard error has a connection of its own,
 * so that it flows while nobody reads the standard output.
 */
public final class ContainerStreams implements AutoCloseable {

  private final @Nullable AttachConnection input;
  private final boolean hasStdin;
  private final AttachConnection output;
  private final AttachConnection error;

  /**
   * @param input for the standard input, if the engine has one for it; may be the one for the
   *     standard output
   * @param hasStdin whether the container has a standard input
   * @param output for the standard output
   * @param error for the standard error
   */
  public ContainerStreams(
      @Nullable AttachConnection input,
      boolean hasStdin,
      AttachConnection output,
      AttachConnection error) {
    this.input = input;
    this.hasStdin = hasStdin;
    this.output = output;
    this.error = error;
  }

  /** The container's standard input, if it has one. */
  @Nullable OutputStream stdin() {
    return input == null || !hasStdin ? null : input.input();
  }

  InputStream stdout() {
    return output.output(FrameInputStream.STDOUT);
  }

  InputStream stderr() {
    return error.output(FrameInputStream.STDERR);
  }

  /** Frees who writes to a container that has ended. Its output can still be read. */
  public void abandonInput() {
    if (input != null) {
      input.abandonInput();
    }
  }

  @Override
  public void close() {
    try (error;
        output;
        input) {
      // Each, whatever becomes of the others.
    }
  }
}
