package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * What an {@link OutputReader} reads: the exchange of one run and the tool's standard output.
 *
 * <p>Used by one thread, the one that consumes the reader's stream. A tool that failed never looks
 * like a short output: each method here, and the end of {@link #stdout()}, throws {@link
 * ToolFailedException} instead.
 */
public interface RunOutput {

  /** The default of {@code spark.lofn.record.maxSize}: 64 MiB. */
  long DEFAULT_MAX_RECORD_SIZE = 64L << 20;

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
   * The regular files that the tool made in the exchange, once the tool has ended: not those that
   * were there when it was started, nor what lofn or the engine put there. Symbolic links are
   * passed over. To be asked for by a reader that {@linkplain OutputReader#listsFiles() says so}.
   *
   * @param wanted tells by its name, as {@link #file} takes it, whether a file is wanted; a {@link
   *     NamePattern} also where no such file can be
   * @return the names, sorted
   * @throws ToolFailedException if the tool failed
   * @throws LofnException if names that are wanted are not UTF-8 (each such byte is {@code \uFFFD}
   *     for {@code wanted}), if the tool left a directory that cannot be entered and in which a
   *     wanted file may lie, or if the tool changed or replaced a wanted file that was there when
   *     it was started: neither input nor output is what was asked for then
   * @throws IOException if the exchange cannot be listed
   * @throws IllegalStateException if the reader did not announce it
   */
  List<String> files(Predicate<String> wanted) throws IOException;

  /**
   * Whether the tool was given records. A pattern that matches nothing is no failure without them;
   * a file or directory that is named and missing is.
   *
   * @return {@code false} if the partition is known to be empty
   */
  boolean hadRecords();

  /**
   * The failure of a tool that ended well but did not leave what it should have.
   *
   * @param what what is missing, as in {@code "file that matches out/*"}
   * @return a report with the end of standard error, to be thrown
   */
  ToolFailedException missing(String what);

  /**
   * How many bytes of what the tool wrote a reader may make one record of, uncompressed. The tool
   * chooses how long its records are, and a reader that holds whatever comes lets the tool end the
   * executor: it compares before it makes room.
   *
   * @return bytes, at least 1: what {@code spark.lofn.record.maxSize} says
   */
  default long maxRecordSize() {
    return DEFAULT_MAX_RECORD_SIZE;
  }

  /**
   * The failure of a tool that wrote a longer record than {@link #maxRecordSize()} allows. If it
   * still runs, it is stopped.
   *
   * @param where the record, as in {@code "the record at byte 17 of hits.txt"}
   * @return a report that names the limit and its key, to be thrown
   */
  default LofnException recordTooLong(String where) {
    return RecordLimit.exceeded(where, maxRecordSize());
  }

  /**
   * The tool's standard output, while the tool runs. Its end is reported only after the tool has
   * ended well; if the tool failed, the read that would have reported the end throws {@link
   * ToolFailedException}. To be called before any other method here: the output of a tool whose
   * reader asks for files goes to the log.
   *
   * <p>It pauses whenever the tool does, so only a read that returns -1 is its end: neither {@link
   * InputStream#available()} nor a short read is. {@link java.util.zip.GZIPInputStream} gets that
   * wrong between two members; {@link Gzip#open} does not.
   *
   * @return the stream, unbuffered
   * @throws IOException if the stream cannot be opened
   * @throws IllegalStateException if another method here was called first; so does a read of the
   *     stream by a thread that does not take the records
   */
  InputStream stdout() throws IOException;
}
