package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * What an {@link OutputReader} reads: the exchange of one run and the tool's standard output.
 *
 * <p>Used by one thread, the one that consumes the reader's stream. A failed tool never looks like
 * a short output: each method here, and the end of {@link #stdout()}, throws {@link
 * ToolFailedException} instead.
 */
public interface RunOutput {

  /** The default of {@code spark.lofn.record.maxSize}: 64 MiB. */
  long DEFAULT_MAX_RECORD_SIZE = 64L << 20;

  /**
   * Returns the exchange, once the tool has ended.
   *
   * @return the directory, absolute
   * @throws ToolFailedException if the tool failed
   */
  Path directory();

  /**
   * Returns a file that the tool left in the exchange, once the tool has ended.
   *
   * @param name the name relative to the exchange, with {@code /} between its parts
   * @return the file's absolute path on this node
   * @throws ToolFailedException if the tool failed, or left no regular file of that name: a
   *     symbolic link is refused, since the tool decides where it points
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  Path file(String name);

  /**
   * Returns the regular files that the tool made in the exchange, once the tool has ended: not
   * those that existed when it started, nor those that lofn or the engine put there. Ignores
   * symbolic links. Only for a reader whose {@link OutputReader#listsFiles()} returns {@code true}.
   *
   * @param wanted selects a file by its name, in the form that {@link #file} accepts; a {@link
   *     NamePattern} also excludes directories
   * @return the names, sorted
   * @throws ToolFailedException if the tool failed
   * @throws LofnException if selected names are not UTF-8 (each such byte is {@code \uFFFD} for
   *     {@code wanted}), if the tool left a directory that cannot be entered and in which a
   *     selected file may lie, or if the tool changed or replaced a selected file that existed when
   *     it started: such a file is neither the input nor an output
   * @throws IOException if the exchange cannot be listed
   * @throws IllegalStateException if the reader does not list files
   */
  List<String> files(Predicate<String> wanted) throws IOException;

  /**
   * Returns whether the tool was given records. Without records, a pattern that matches nothing is
   * no failure; a missing file or directory with a fixed name is.
   *
   * @return {@code false} if the partition is known to be empty
   */
  boolean hadRecords();

  /**
   * Returns the exception for a tool that succeeded but did not leave an output.
   *
   * @param what the missing output, as in {@code "file that matches out/*"}
   * @return an exception with the end of standard error, for the caller to throw
   */
  ToolFailedException missing(String what);

  /**
   * Returns the maximum size of one record that a reader makes from the tool's output,
   * uncompressed. The tool decides how long its records are: a reader without a limit lets the tool
   * exhaust the executor's memory. Check it before you allocate.
   *
   * @return bytes, at least 1: the value of {@code spark.lofn.record.maxSize}
   */
  default long maxRecordSize() {
    return DEFAULT_MAX_RECORD_SIZE;
  }

  /**
   * Returns the exception for a tool that wrote a longer record than {@link #maxRecordSize()}
   * allows. Stops the tool if it still runs.
   *
   * @param where the record, as in {@code "the record at byte 17 of hits.txt"}
   * @return an exception that names the limit and its key, for the caller to throw
   */
  default LofnException recordTooLong(String where) {
    return RecordLimit.exceeded(where, maxRecordSize());
  }

  /**
   * Returns the tool's standard output, while the tool runs. Its end is reported only after the
   * tool has succeeded; if the tool failed, the read that would have reported the end throws {@link
   * ToolFailedException}. Call it before any other method here: if a reader asks for files first,
   * standard output goes to the log.
   *
   * <p>The stream pauses whenever the tool does, so only a read that returns -1 is its end: neither
   * {@link InputStream#available()} nor a short read is. {@link java.util.zip.GZIPInputStream}
   * misinterprets a pause between two members; {@link Gzip#open} does not.
   *
   * @return the stream, unbuffered
   * @throws IOException if the stream cannot be opened
   * @throws IllegalStateException if another method here was called first; also thrown by a read of
   *     the stream on a thread that does not consume the records
   */
  InputStream stdout() throws IOException;
}
