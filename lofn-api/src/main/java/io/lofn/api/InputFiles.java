package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
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
  private final StreamFunction<I> content;
  private final String directory;
  private final boolean wholeNames;
  private final boolean gzip;

  private InputFiles(
      RecordFunction<I, String> name,
      StreamFunction<I> content,
      String directory,
      boolean wholeNames,
      boolean gzip) {
    this.name = requireNonNull(name, "name is null");
    this.content = requireNonNull(content, "content is null");
    this.directory = FileNames.directory(directory);
    this.wholeNames = wholeNames;
    this.gzip = gzip;
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
   * Files with text, in UTF-8.
   *
   * @param <I> the type of the records
   * @param name gives the file's name
   * @param text gives what is written
   * @return the writer
   */
  public static <I> InputFiles<I> text(
      RecordFunction<I, String> name, RecordFunction<I, String> text) {
    requireNonNull(text, "text is null");
    return bytes(name, record -> text.apply(record).getBytes(UTF_8));
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
    return streams(name, record -> new ByteArrayInputStream(bytes.apply(record)));
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
    return new InputFiles<>(name, stream, "input", false, false);
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
    if (!directory.equals(".")) {
      Files.createDirectories(run.file(directory));
    }
    Set<String> taken = new HashSet<>();
    while (records.hasNext()) {
      I record = records.next();
      String file = directory + "/" + fileName(name.apply(record), taken);
      try (InputStream in = content.apply(record);
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
