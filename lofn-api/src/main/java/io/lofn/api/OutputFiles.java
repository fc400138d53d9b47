package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a tool made in the exchange and whose names match a pattern, sorted by name.
 * Symbolic links are passed over, and so are the files that were there when the tool was started:
 * its inputs. An input that the tool changed or replaced, and that the pattern matches, is an
 * error.
 *
 * <p>A tool that left no such file has failed, unless its partition had no records or {@link
 * #orNone()} allows it.
 *
 * <pre>{@code
 * OutputFiles.matching("out/**.vcf").text(Tuple2::new)
 * }</pre>
 */
@CheckReturnValue
public final class OutputFiles implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String glob;
  private final boolean gzip;
  private final boolean orNone;
  private final boolean relativeNames;

  private OutputFiles(String glob, boolean gzip, boolean orNone, boolean relativeNames) {
    this.glob = glob;
    this.gzip = gzip;
    this.orNone = orNone;
    this.relativeNames = relativeNames;
  }

  /**
   * The files whose names match.
   *
   * @param glob a pattern of {@link java.nio.file.FileSystem#getPathMatcher} for the name relative
   *     to the exchange: {@code *} stays within a directory, {@code **} does not, and neither minds
   *     line terminators. A leading {@code ./} is passed over.
   * @return the files
   * @throws java.util.regex.PatternSyntaxException if the pattern is not one
   * @throws LofnException if it can match no file: if it is absolute, or has a part that is empty,
   *     {@code .} or {@code ..}
   */
  public static OutputFiles matching(String glob) {
    Pattern unused = Glob.compile(glob);
    return new OutputFiles(glob, false, false, false);
  }

  /**
   * These files, each uncompressed from gzip as it is read.
   *
   * @return the files
   */
  public OutputFiles gzip() {
    return new OutputFiles(glob, true, orNone, relativeNames);
  }

  /**
   * These files, of which there may be none: the output is empty then, and no failure of the tool.
   *
   * @return the files
   */
  public OutputFiles orNone() {
    return new OutputFiles(glob, gzip, true, relativeNames);
  }

  /**
   * These files, named relative to the pattern's own directory, which is all of it before the first
   * part that is no plain name: {@code out/a/x.vcf} is {@code a/x.vcf} for {@code out/**.vcf}.
   *
   * @return the files
   */
  public OutputFiles relativeNames() {
    return new OutputFiles(glob, gzip, orNone, true);
  }

  /**
   * Makes a record of a file's name and its text.
   *
   * @param <O> the type of the record
   */
  @FunctionalInterface
  public interface TextFunction<O> extends Serializable {

    /**
     * Makes the record.
     *
     * @param name the file's name relative to the exchange, or as {@link #relativeNames()} says,
     *     with {@code /} between its parts
     * @param text what is in it
     * @return the record
     * @throws IOException if the content cannot be read
     */
    O apply(String name, String text) throws IOException;
  }

  /**
   * Makes a record of a file's name and its bytes. An interface of its own: of equal method
   * references to one interface in one class, javac makes one, for the types of the first.
   *
   * @param <O> the type of the record
   */
  @FunctionalInterface
  public interface BytesFunction<O> extends Serializable {

    /**
     * Makes the record.
     *
     * @param name the file's name relative to the exchange, or as {@link #relativeNames()} says,
     *     with {@code /} between its parts
     * @param bytes what is in it
     * @return the record
     * @throws IOException if the content cannot be read
     */
    O apply(String name, byte[] bytes) throws IOException;
  }

  /**
   * Each file as text in UTF-8.
   *
   * @param <O> the type of the records
   * @param record makes the record, such as {@code Tuple2::new}
   * @return the reader; a file that is not UTF-8 is an error with its offset, and so is one longer
   *     than {@code spark.lofn.record.maxSize}
   */
  public <O> OutputReader<O> text(TextFunction<O> record) {
    return text(UTF_8, record);
  }

  /**
   * Each file as text.
   *
   * @param <O> the type of the records
   * @param charset how the files are encoded
   * @param record makes the record, such as {@code Tuple2::new}
   * @return the reader; a file that is not in the charset is an error with its offset, and so is
   *     one longer than {@code spark.lofn.record.maxSize}
   */
  public <O> OutputReader<O> text(Charset charset, TextFunction<O> record) {
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
   * @return the reader; a file longer than {@code spark.lofn.record.maxSize} is an error before
   *     anything of it is read, and one that is uncompressed when so much of it was
   */
  public <O> OutputReader<O> bytes(BytesFunction<O> record) {
    requireNonNull(record, "record is null");
    return reader((run, names) -> names.stream().map(name -> read(run, name, record)));
  }

  /**
   * The records of each file, one file after another.
   *
   * @param lines how the records are written
   * @return the reader
   */
  public OutputReader<String> lines(Lines lines) {
    requireNonNull(lines, "lines is null");
    return new ListedLines(this, lines);
  }

  Stream<String> read(RunOutput run, Lines lines) throws IOException {
    return Concatenation.of(
        names(run).stream()
            .<Concatenation.Source<String>>map(
                name ->
                    () -> lines.read(FileNames.shown(name), open(run, name), RecordLimit.of(run)))
            .toList());
  }

  /** These files, of lines, as a tool document has them. */
  Map<String, Object> describe(Lines lines) {
    if (gzip && lines.isGzip()) {
      throw new LofnException(
          "The output %s is read as compressed twice, by OutputFiles.gzip and by Lines.gzip, which a tool document cannot hold; leave one out"
              .formatted(glob));
    }
    Map<String, Object> layout = lines.describe(false);
    layout.put(LayoutKeys.FILES, glob);
    if (gzip) {
      layout.put(LayoutKeys.GZIP, true);
    }
    if (orNone) {
      layout.put(LayoutKeys.OR_NONE, true);
    }
    return layout;
  }

  private <O> OutputReader<O> reader(ListedFilesReader.Content<O> content) {
    return new ListedFilesReader<>(this, content);
  }

  private <O> O read(RunOutput run, String name, BytesFunction<O> record) {
    try {
      return record.apply(shortened(name), bytes(run, name));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the output " + FileNames.shown(name), Printable.failure(e));
    }
  }

  private String shortened(String name) {
    return relativeNames ? name.substring(Glob.directory(glob).length()) : name;
  }

  private byte[] bytes(RunOutput run, String name) throws IOException {
    RecordLimit limit = RecordLimit.of(run);
    if (!gzip) {
      return limit.read(run.file(name), FileNames.shown(name));
    }
    try (InputStream in = open(run, name)) {
      return limit.read(in, FileNames.shown(name));
    }
  }

  private InputStream open(RunOutput run, String name) throws IOException {
    InputStream in = Files.newInputStream(run.file(name));
    return gzip ? Gzip.open(in) : in;
  }

  /** The names of these files in the exchange of a run. */
  List<String> names(RunOutput run) throws IOException {
    List<String> names = run.files(new GlobPattern(Glob.compile(glob)));
    if (names.isEmpty() && !orNone && run.hadRecords()) {
      throw run.missing(
          "file that matches '%s' and was not there when it was started (see OutputFiles.orNone)"
              .formatted(glob));
    }
    return names;
  }

  private record GlobPattern(Pattern pattern) implements NamePattern {

    @Override
    public boolean test(String name) {
      return pattern.matcher(name).matches();
    }

    /** The end of the text was the only obstacle if it was reached. */
    @Override
    public boolean mayMatchBelow(String directory) {
      Matcher matcher = pattern.matcher(directory + "/");
      return matcher.matches() || matcher.hitEnd();
    }
  }
}
