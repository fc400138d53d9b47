package io.lofn.core.streams;

import java.io.IOException;
import java.io.OutputStream;

/** A tool's standard input. Tells its own failure from a failure of what is written to it. */
public final class ToolStdin extends OutputStream {

  private final OutputStream stdin;

  public ToolStdin(OutputStream stdin) {
    this.stdin = stdin;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      stdin.write(bytes, offset, length);
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      stdin.flush();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stdin.close();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  /**
   * Thrown when the tool reads no more. That is no failure by itself, {@code head} does so; the
   * tool's exit code decides.
   */
  public static final class Closed extends IOException {

    private static final long serialVersionUID = 1L;

    Closed(IOException cause) {
      super("The tool reads no more", cause);
    }
  }
}
