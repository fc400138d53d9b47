package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Text records that end with a delimiter, as a layout for tools: in files of the exchange, or on
 * the standard streams.
 *
 * <p>The delimiter ends a record, it does not separate two: {@code a}, an empty record and {@code
 * b} are {@code "a\n\nb\n"}. Reading splits at the delimiter only, so empty records and {@code \r}
 * are kept. A last record without a delimiter counts; empty text has no record. These fail the task
 * with their position: a character that the charset cannot represent, unless {@link #replacing()}
 * is set; a written record that contains the delimiter, unless {@link #multiLine()} is set; and a
 * read record that is longer than {@code spark.lofn.record.maxSize}.
 */
@CheckReturnValue
public final class Lines implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final int BUFFER = 1 << 16;
  private static final Lines TEXT = new Lines("\n", UTF_8, false, false, false);

  private final String delimiter;
  private final String charset;
  private final boolean replacing;
  private final boolean gzip;
  private final boolean multiLine;

  private Lines(
      String delimiter, Charset charset, boolean replacing, boolean gzip, boolean multiLine) {
    Delimiter.check(delimiter, charset);
    this.delimiter = delimiter;
    this.charset = charset.name();
    this.replacing = replacing;
    this.gzip = gzip;
    this.multiLine = multiLine;
  }

  /**
   * Returns the layout of Unix lines: UTF-8, each ended by {@code \n}.
   *
   * @return the layout
   */
  public static Lines text() {
    return TEXT;
  }

  /**
   * Returns this layout with another delimiter.
   *
   * @param delimiter the end of a record; at least one character, such as {@code "\n$$$$\n"}
   * @return the new layout
   * @throws IllegalArgumentException if it is empty, or its bytes in the charset may be a part of
   *     other characters
   */
  public Lines delimiter(String delimiter) {
    return new Lines(delimiter, charset(), replacing, gzip, multiLine);
  }

  /**
   * Returns this layout with another charset.
   *
   * @param charset the encoding of records and delimiter; {@code ISO_8859_1} supports any bytes
   * @return the new layout
   * @throws IllegalArgumentException if the same text is not always the same bytes in it, as in
   *     UTF-16 with its byte order mark (UTF-16LE and UTF-16BE are supported); if it cannot
   *     represent the delimiter; or if the delimiter may occur in its codes of several bytes, as in
   *     Shift_JIS, unless the delimiter begins with a control character
   */
  public Lines charset(Charset charset) {
    if (!charset.canEncode()) {
      throw new IllegalArgumentException(
          charset + " can be read but not written; name another one");
    }
    if ("\n\n".getBytes(charset).length != 2 * "\n".getBytes(charset).length) {
      throw new IllegalArgumentException(
          charset
              + " starts with a byte order mark or keeps a state, so records cannot be told apart"
              + " in its bytes; name the byte order, as in UTF-16LE");
    }
    return new Lines(delimiter, charset, replacing, gzip, multiLine);
  }

  /**
   * Returns this layout with replacement of what the charset cannot represent: by {@code \uFFFD}
   * when reading, by the charset's own replacement, such as {@code ?}, when writing.
   *
   * @return the new layout
   */
  public Lines replacing() {
    return new Lines(delimiter, charset(), true, gzip, multiLine);
  }

  /**
   * Returns this layout with gzip compression, in files and on the standard streams.
   *
   * @return the new layout
   */
  public Lines gzip() {
    return new Lines(delimiter, charset(), replacing, true, multiLine);
  }

  /**
   * Returns this layout for records that may contain the delimiter, such as a FASTQ entry as one
   * text of four lines. The same text is written; it is read as more records than were written.
   * Without this option such a record fails the task with its number.
   *
   * @return the new layout
   */
  public Lines multiLine() {
    return new Lines(delimiter, charset(), replacing, gzip, true);
  }

  /**
   * Returns this layout for records that are bytes already.
   *
   * @return the layout
   */
  public ByteLines bytes() {
    return new ByteLines(this);
  }

  /**
   * Writes records to a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the writer
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public PartitionWriter<String> toFile(String name) {
    return LineFiles.to(name, new TextLines(this));
  }

  /**
   * Writes values to a file for each key, in their order. The key gives the name of the file.
   *
   * <pre>{@code
   * Lines.text().<Tuple2<String, String>>toFilePerKey(pair -> pair._1 + ".txt", pair -> pair._2)
   * }</pre>
   *
   * @param <I> the type of what is written
   * @param name returns the file's name relative to the exchange
   * @param record returns the record
   * @return the writer
   */
  public <I> PartitionWriter<I> toFilePerKey(
      RecordFunction<I, String> name, RecordFunction<I, String> record) {
    return new KeyedLines<>(this, name, record);
  }

  /**
   * Writes each record as several, to different files that keep the same order, as paired-end reads
   * are.
   *
   * <pre>{@code
   * Lines.text().multiLine().<Tuple2<String, String>>toParallelFiles(
   *     Map.of("r1.fq", pair -> pair._1, "r2.fq", pair -> pair._2))
   * }</pre>
   *
   * @param <I> the type of what is written
   * @param files each file's name relative to the exchange, and a function that returns what to
   *     write to it
   * @return the writer
   * @throws LofnException if a name is empty or absolute, or leaves the exchange, or two are the
   *     same
   */
  public <I> PartitionWriter<I> toParallelFiles(
      Map<String, ? extends RecordFunction<I, String>> files) {
    return new ParallelLines<>(this, files);
  }

  /**
   * Writes records to the tool's standard input.
   *
   * @return the writer
   */
  public PartitionWriter<String> toStdin() {
    return LineFiles.toStdin(new TextLines(this));
  }

  /**
   * Reads records from a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public OutputReader<String> fromFile(String name) {
    return LineFiles.from(name, new TextLines(this));
  }

  /**
   * Reads records from the tool's standard output, while the tool runs.
   *
   * @return the reader
   */
  public OutputReader<String> fromStdout() {
    return LineFiles.fromStdout(new TextLines(this));
  }

  /** Returns a writer of records to a stream, which the caller closes. */
  LineWriter writer(OutputStream out) throws IOException {
    return new LineWriter(this, compressed(out));
  }

  OutputStream compressed(OutputStream out) throws IOException {
    return gzip ? new GZIPOutputStream(out, BUFFER) : out;
  }

  Stream<String> read(String source, InputStream in, RecordLimit limit) throws IOException {
    Charset known = charset();
    return read(
        source,
        in,
        limit,
        (buffer, start, length, offset) ->
            replacing
                ? new String(buffer, start, length, known)
                : StrictText.decode(buffer, start, length, known, source, offset));
  }

  /** Reads records of another type, which end as these do. */
  <R> Stream<R> read(
      String source, InputStream in, RecordLimit limit, LineIterator.Decoder<R> decoder)
      throws IOException {
    return new LineIterator<>(source, gzip ? Gzip.open(in) : in, this, limit, decoder).stream();
  }

  /** These settings as a tool document has them, without those that have no effect on bytes. */
  Map<String, Object> describe(boolean bytes) {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (!delimiter.equals(TEXT.delimiter)) {
      settings.put(LayoutKeys.DELIMITER, delimiter);
    }
    if (!charset.equals(TEXT.charset)) {
      settings.put(LayoutKeys.CHARSET, charset);
    }
    if (replacing && !bytes) {
      settings.put(LayoutKeys.REPLACING, true);
    }
    if (gzip) {
      settings.put(LayoutKeys.GZIP, true);
    }
    if (multiLine) {
      settings.put(LayoutKeys.MULTI_LINE, true);
    }
    return settings;
  }

  Charset charset() {
    return Charset.forName(charset);
  }

  String delimiter() {
    return delimiter;
  }

  boolean isReplacing() {
    return replacing;
  }

  boolean isGzip() {
    return gzip;
  }

  boolean isMultiLine() {
    return multiLine;
  }
}
