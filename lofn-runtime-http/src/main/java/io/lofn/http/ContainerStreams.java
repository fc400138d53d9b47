package io.lofn.http;

import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one attached container. Standard error has a separate connection, so that unread
 * standard output does not block it.
 */
public final class ContainerStreams implements AutoCloseable {

  private final @Nullable AttachConnection input;
  private final boolean hasStdin;
  private final AttachConnection output;
  private final AttachConnection error;

  /**
   * @param input the connection for standard input, if there is one; may be that for standard
   *     output
   * @param hasStdin whether the container has standard input
   * @param output the connection for standard output
   * @param error the connection for standard error
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

  /** Returns the container's standard input, if it has one. */
  @Nullable OutputStream stdin() {
    return input == null || !hasStdin ? null : input.input();
  }

  InputStream stdout() {
    return output.output(FrameInputStream.STDOUT);
  }

  InputStream stderr() {
    return error.output(FrameInputStream.STDERR);
  }

  /** Unblocks a thread that writes to a container that has ended. Its output can still be read. */
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
      // Close each, also if another one fails.
    }
  }
}
