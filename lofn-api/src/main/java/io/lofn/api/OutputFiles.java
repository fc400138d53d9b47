package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that a tool left in the exchange and whose names match a pattern, sorted by name.
 * Symbolic links are passed over.
 *
 * <pre>{@code
 * OutputFiles.matching("out/**.vcf").text(Tuple2::new)
 * }</pre>
 */
@CheckReturnValue
public final class OutputFiles implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final int BUFFER = 1 << 16;

  private final String glob;
  private final boolean gzip;

  private OutputFiles(String glob, boolean gzip) {
    this.glob = glob;
    this.gzip = gzip;
  }

  /**
   * The files whose names match.
   *
   * @param glob a pattern of {@link java.nio.file.FileSystem#getPathMatcher} for the name relative
   *     to the exchange: {@code *} stays within a directory, {@code **} does not
   * @return the files
   * @throws java.util.regex.PatternSyntaxException if the pattern is not one
   */
  public static OutputFiles matching(String glob) {
    PathMatcher unused = matcher(glob);
    return new OutputFiles(glob, false);
  }

  /**
   * These files, each uncompressed from gzip as it is read.
   *
   * @return the files
   */
  public OutputFiles gzip() {
    return new OutputFiles(glob, true);
  }

  /**
   * Makes a record of a file's name and what is in it.
   *
   * @param <V> what is in it
   * @param <O> the type of the record
   */
  @FunctionalInterface
  public interface FileFunction<V, O> extends Serializable {

    /**
     * Makes the record.
     *
     * @param name the file's name relative to the exchange, with {@code /} between its parts
     * @param content what is in it
     * @return the record
     * @throws IOException if the content cannot be read
     */
    O apply(String name, V content) throws IOException;
  }

  /**
   * Each file as text in UTF-8.
   *
   * @param <O> the type of the records
   * @param record makes the record, such as {@code Tuple2::new}
   * @return the reader; a file that is not UTF-8 is an error with its offset
   */
  public <O> OutputReader<O> text(FileFunction<String, O> record) {
    return text(UTF_8, record);
  }

  /**
   * Each file as text.
   *
   * @param <O> the type of the records
   * @param charset how the files are encoded
   * @param record makes the record, such as {@code Tuple2::new}
   * @return the reader; a file that is not in the charset is an error with its offset
   */
  public <O> OutputReader<O> text(Charset charset, FileFunction<String, O> record) {
    requireNonNull(record, "record is null");
    String name = charset.name();
    return bytes(
        (file, bytes) ->
            record.apply(
                file, StrictText.decode(bytes, 0, bytes.length, Charset.forName(name), file, 0)));
  }

  /**
   * Each file as bytes.
   *
   * @param <O> the type of the records
   * @param record makes the record, such as {@code Tuple2::new}
   * @return the reader; a file of 2 GiB or more is an error
   */
  public <O> OutputReader<O> bytes(FileFunction<byte[], O> record) {
    requireNonNull(record, "record is null");
    return run -> paths(run).map(path -> read(run, path, record));
  }

  /**
   * The records of each file, one file after another.
   *
   * @param lines how the records are written
   * @return the reader
   */
  public OutputReader<String> lines(Lines lines) {
    requireNonNull(lines, "lines is null");
    return run ->
        Concatenation.of(
            paths(run)
                .<Concatenation.Source<String>>map(
                    path -> () -> lines.read(nameOf(run, path), open(path)))
                .toList());
  }

  private <O> O read(RunOutput run, Path path, FileFunction<byte[], O> record) {
    String name = nameOf(run, path);
    try (InputStream in = open(path)) {
      return record.apply(name, in.readAllBytes());
    } catch (OutOfMemoryError e) {
      throw new LofnException(
          "The output " + name + " is too large to be one record; read its lines instead", e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the output " + name, e);
    }
  }

  private InputStream open(Path path) throws IOException {
    InputStream in = Files.newInputStream(path);
    return gzip ? Gzip.open(in, BUFFER) : in;
  }

  private Stream<Path> paths(RunOutput run) throws IOException {
    PathMatcher matcher = matcher(glob);
    Path exchange = run.directory();
    try (Stream<Path> all = Files.walk(exchange)) {
      List<Path> matching =
          all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .filter(path -> matcher.matches(exchange.relativize(path)))
              .sorted()
              .toList();
      return matching.stream();
    }
  }

  private static String nameOf(RunOutput run, Path path) {
    return run.directory().relativize(path).toString();
  }

  private static PathMatcher matcher(String glob) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }
}
