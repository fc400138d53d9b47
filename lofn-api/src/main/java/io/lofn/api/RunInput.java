package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Where a {@link PartitionWriter} writes: the exchange of one run and the tool's standard input.
 *
 * <p>Used by one thread, and only while the writer runs.
 */
public interface RunInput {

  /**
   * Returns the exchange: an empty directory on this node that the tool sees at the mount point
   * ({@code /shared} by default).
   *
   * @return the directory, absolute
   * @throws IllegalStateException after the first call of {@link #stdin()}, as {@link #file} does
   */
  Path directory();

  /**
   * Returns the path of a new file of the exchange. Creates missing directories above it, but not
   * the file.
   *
   * @param name the name relative to the exchange, with {@code /} between its parts
   * @return the file's absolute path on this node
   * @throws IOException if the directories cannot be created
   * @throws LofnException if the name is empty or absolute, leaves the exchange, or is already in
   *     use
   * @throws IllegalStateException after the first call of {@link #stdin()}: the tool has started,
   *     and could redirect the writer to another file of this node, for example with a link. For
   *     the same reason, do not open a file afterwards whose path was returned before.
   */
  Path file(String name) throws IOException;

  /**
   * The failure of a writer that got a record which it cannot write, such as one that is null.
   *
   * @param number the record's number in the partition, from 0
   * @param problem what is wrong with it and what to do, as in {@code "is null; filter it out"}
   * @return a report that names the run, to be thrown
   */
  default LofnException badRecord(long number, String problem) {
    return new LofnException(BadRecord.message(number, problem));
  }

  /**
   * Returns the tool's standard input, buffered. The first call starts the tool, so files must be
   * complete before it; {@link #file} and {@link #directory} are refused from then on. The tool
   * sees the end of input when the writer returns. Input that a tool does not read is discarded: a
   * tool that ends early, as {@code head} does, is no error here.
   *
   * @return the stream, the same on every call
   * @throws IOException if the tool cannot be started
   * @throws IllegalStateException if the writer did not announce it, see {@link
   *     PartitionWriter#usesStdin()}
   */
  OutputStream stdin() throws IOException;
}
