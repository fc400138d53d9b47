package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * What an {@link OutputReader} reads: the exchange of one run and the tool's standard output.
 *
 * <p>Used by one thread, the one that consumes the reader's stream. A tool that failed never looks
 * like a short output: each method here, and the end of {@link #stdout()}, throws {@link
 * ToolFailedException} instead.
 */
public interface RunOutput {

  /**
   * The exchange, once the tool has ended.
   *
   * @return the directory, absolute
   * @throws ToolFailedException if the tool failed
   */
  Path directory();

  /**
   * A file that the tool left in the exchange, once the tool has ended.
   *
   * @param name the name relative to the exchange, with {@code /} between its parts
   * @return the file's absolute path on this node
   * @throws ToolFailedException if the tool failed, or left no regular file of that name: a
   *     symbolic link is refused, since the tool decides where it points
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  Path file(String name);

  /**
   * The tool's standard output, while the tool runs. Its end is reported only after the tool has
   * ended well; if the tool failed, the read that would have reported the end throws {@link
   * ToolFailedException}. To be called before any other method here: the output of a tool whose
   * reader asks for files goes to the log.
   *
   * @return the stream, unbuffered
   * @throws IOException if the stream cannot be opened
   * @throws IllegalStateException if {@link #directory()} or {@link #file} was called first; so
   *     does a read of the stream by a thread that does not take the records
   */
  InputStream stdout() throws IOException;
}
