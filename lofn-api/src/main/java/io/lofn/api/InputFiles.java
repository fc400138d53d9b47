package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * Writes each record as a file of its own into the directory {@code input} of the exchange, as for
 * what {@code wholeTextFiles} and {@code binaryFiles} give.
 *
 * <pre>{@code
 * InputFiles.<Tuple2<String, PortableDataStream>>streams(file -> file._1, file -> file._2.open())
 * }</pre>
 *
 * <p>A file is called like the last part of its name, so URIs do as names. Where two would be
 * called the same, the later ones get a number: {@code a.txt}, {@code a-2.txt}. Contents are
 * copied, not held in memory.
 *
 * @param <I> the type of the records
 */
@CheckReturnValue
public final class InputFiles<I> implements PartitionWriter<I> {

  private static final long serialVersionUID = 1L;

  private static final int BUFFER = 1 << 16;

  private final RecordFunction<I, String> name;
  private final Content<I> content;
  private final String directory;
  private final boolean wholeNames;
  private final boolean gzip;

  private InputFiles(
      RecordFunction<I, String> name,
      Content<I> content,
      String directory,
      boolean wholeNames,
      boolean gzip) {
    this.name = requireNonNull(name, "name is null");
    this.content = requireNonNull(content, "content is null");
    this.directory = FileNames.directory(directory);
    this.wholeNames = wholeNames;
    this.gzip = gzip;
  }

  /** Opens what goes into the file of the record that came last. */
  @FunctionalInterface
  private interface Content<I> extends Serializable {
    InputStream of(InputRecords<I> records) throws IOException;
  }

  /**
   * Gives the bytes of a record's file. An interface of its own: of equal method references to one
   * interface in one class, javac makes one, for the types of the first.
   *
   * @param <I> the type of the records
   */
  @FunctionalInterface
  public interface BytesFunction<I> extends Serializable {

    /**
     * Gives the bytes.
     *
     * @param record the record
     * @return what is written
     * @throws IOException if what the record stands for cannot be read
     */
    byte[] apply(I record) throws IOException;
  }

  /**
   * Opens what goes into a record's file.
   *
   * @param <I> the type of the records
   */
  @FunctionalInterface
  public interface StreamFunction<I> extends Serializable {

    /**
     * Opens the content.
     *
     * @param record the record
     * @return what is written; closed by the writer
     * @throws IOException if what the record stands for cannot be read
     */
    InputStream apply(I record) throws IOException;
  }

  /**
   * Files with text, in UTF-8. What it cannot represent, half a surrogate pair, fails the task with
   * the record's number.
   *
   * @param <I> the type of the records
   * @param name gives the file's name
   * @param text gives what is written
   * @return the writer
   */
  public static <I> InputFiles<I> text(
      RecordFunction<I, String> name, RecordFunction<I, String> text) {
    return text(name, text, UTF_8);
  }

  /**
   * Files with text. What the charset cannot represent fails the task with the record's number.
   *
   * @param <I> the type of the records
   * @param name gives the file's name
   * @param text gives what is written
   * @param charset how it is encoded
   * @return the writer
   * @throws IllegalArgumentException if the charset can be read only
   */
  public static <I> InputFiles<I> text(
      RecordFunction<I, String> name, RecordFunction<I, String> text, Charset charset) {
    requireNonNull(text, "text is null");
    if (!charset.canEncode()) {
      throw new IllegalArgumentException(charset + " can be read, but not written");
    }
    String encoding = charset.name();
    return of(
        name,
        records ->
            encoded(records, records.value(String.class, "the file's text", text), encoding));
  }

  private static InputStream encoded(InputRecords<?> records, String text, String charset) {
    try {
      ByteBuffer bytes = Charset.forName(charset).newEncoder().encode(CharBuffer.wrap(text));
      return new ByteArrayInputStream(bytes.array(), bytes.arrayOffset(), bytes.limit());
    } catch (CharacterCodingException e) {
      BadRecord bad =
          new BadRecord(
              records.number(),
              "has a character that %s cannot represent; choose another charset"
                  .formatted(charset));
      bad.initCause(e);
      throw bad;
    }
  }

  /**
   * Files with bytes.
   *
   * @param <I> the type of the records
   * @param name gives the file's name
   * @param bytes gives what is written
   * @return the writer
   */
  public static <I> InputFiles<I> bytes(RecordFunction<I, String> name, BytesFunction<I> bytes) {
    requireNonNull(bytes, "bytes is null");
    RecordFunction<I, byte[]> content = record -> bytes.apply(record);
    return of(
        name,
        records ->
            new ByteArrayInputStream(records.value(byte[].class, "the file's bytes", content)));
  }

  /**
   * Files with what a stream gives, of any length.
   *
   * @param <I> the type of the records
   * @param name gives the file's name
   * @param stream opens what is written; closed by the writer
   * @return the writer
   */
  public static <I> InputFiles<I> streams(
      RecordFunction<I, String> name, StreamFunction<I> stream) {
    requireNonNull(stream, "stream is null");
    RecordFunction<I, InputStream> content = record -> stream.apply(record);
    return of(name, records -> records.value(InputStream.class, "the file's stream", content));
  }

  private static <I> InputFiles<I> of(RecordFunction<I, String> name, Content<I> content) {
    return new InputFiles<>(name, content, "input", false, false);
  }

  /**
   * This writer with another directory.
   *
   * @param directory its name relative to the exchange; {@code .} for the exchange itself
   * @return the new writer
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public InputFiles<I> into(String directory) {
    return new InputFiles<>(name, content, directory, wholeNames, gzip);
  }

  /**
   * This writer with names kept whole, with the directories in them. Then a name that leaves the
   * exchange, or that is there already, is an error.
   *
   * @return the new writer
   */
  public InputFiles<I> wholeNames() {
    return new InputFiles<>(name, content, directory, true, gzip);
  }

  /**
   * This writer with contents compressed as gzip, and {@code .gz} added to names that lack it.
   *
   * @return the new writer
   */
  public InputFiles<I> gzip() {
    return new InputFiles<>(name, content, directory, wholeNames, true);
  }

  @Override
  public void write(Iterator<I> records, RunInput run) throws IOException {
    try {
      write(new InputRecords<>(records), run);
    } catch (BadRecord e) {
      throw e.of(run);
    }
  }

  private void write(InputRecords<I> records, RunInput run) throws IOException {
    if (!directory.equals(".")) {
      Files.createDirectories(run.file(directory));
    }
    Set<String> taken = new HashSet<>();
    while (records.hasNext()) {
      records.next();
      String named = records.value(String.class, "the file's name", name);
      String file = directory + "/" + fileName(named, taken);
      try (InputStream in = content.of(records);
          OutputStream out = create(run, file)) {
        in.transferTo(out);
      }
    }
  }

  private OutputStream create(RunInput run, String file) throws IOException {
    OutputStream out = Files.newOutputStream(run.file(file));
    return gzip ? new GZIPOutputStream(out, BUFFER) : out;
  }

  private String fileName(String given, Set<String> taken) {
    String wanted = wholeNames ? given : given.substring(given.lastIndexOf('/') + 1);
    if (wanted.isEmpty()) {
      throw new LofnException(
          "The name '" + FileNames.shown(given) + "' has no last part to call a file by");
    }
    if (gzip && !wanted.endsWith(".gz")) {
      wanted += ".gz";
    }
    return wholeNames ? wanted : unique(wanted, taken);
  }

  private static String unique(String wanted, Set<String> taken) {
    int dot = wanted.indexOf('.', 1);
    String stem = dot < 0 ? wanted : wanted.substring(0, dot);
    String extension = dot < 0 ? "" : wanted.substring(dot);
    String file = wanted;
    for (int number = 2; !taken.add(file); number++) {
      file = stem + "-" + number + extension;
    }
    return file;
  }
}
