package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
  private final RecordFunction<I, InputStream> content;
  private final String directory;
  private final boolean wholeNames;
  private final boolean gzip;

  private InputFiles(
      RecordFunction<I, String> name,
      RecordFunction<I, InputStream> content,
      String directory,
      boolean wholeNames,
      boolean gzip) {
    this.name = requireNonNull(name, "name is null");
    this.content = requireNonNull(content, "content is null");
    this.directory = requireNonNull(directory, "directory is null");
    this.wholeNames = wholeNames;
    this.gzip = gzip;
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
  public static <I> InputFiles<I> bytes(
      RecordFunction<I, String> name, RecordFunction<I, byte[]> bytes) {
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
      RecordFunction<I, String> name, RecordFunction<I, InputStream> stream) {
    return new InputFiles<>(name, stream, "input", false, false);
  }

  /**
   * This writer with another directory.
   *
   * @param directory its name relative to the exchange; {@code .} for the exchange itself
   * @return the new writer
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
      throw new LofnException("The name '" + given + "' has no last part to call a file by");
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
