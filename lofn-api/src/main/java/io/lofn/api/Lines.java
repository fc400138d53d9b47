package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Serializable;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.util.Iterator;

/**
 * Text records that end with a delimiter, as a layout for tools: in files of the exchange or on the
 * standard streams.
 *
 * <p>The delimiter ends a record, it does not separate two: {@code a}, an empty record and {@code
 * b} are {@code "a\n\nb\n"}. Reading splits at the delimiter only, so empty records and {@code \r}
 * survive; a last record without a delimiter counts; empty text has no record. What the charset
 * cannot represent fails the task with its place rather than being replaced.
 */
public final class Lines implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Lines TEXT = new Lines("\n", UTF_8);

  private final String delimiter;
  private final String charset;

  private Lines(String delimiter, Charset charset) {
    this.delimiter = delimiter;
    this.charset = charset.name();
  }

  /**
   * Lines as Unix writes them: UTF-8, each ended by {@code \n}.
   *
   * @return the layout
   */
  public static Lines text() {
    return TEXT;
  }

  /**
   * This layout with another delimiter.
   *
   * @param delimiter what ends a record; one character or more, such as {@code "\n$$$$\n"}
   * @return the new layout
   * @throws IllegalArgumentException if it is empty
   */
  public Lines delimiter(String delimiter) {
    if (delimiter.isEmpty()) {
      throw new IllegalArgumentException("The record delimiter is empty");
    }
    return new Lines(delimiter, Charset.forName(charset));
  }

  /**
   * This layout with another charset.
   *
   * @param charset how records and delimiter are encoded; {@code ISO_8859_1} carries any bytes
   * @return the new layout
   * @throws IllegalArgumentException if the same text is not always the same bytes in it, as in
   *     UTF-16 with its byte order mark; UTF-16LE and UTF-16BE are fine
   */
  public Lines charset(Charset charset) {
    if ("\n\n".getBytes(charset).length != 2 * "\n".getBytes(charset).length) {
      throw new IllegalArgumentException(
          charset
              + " starts with a byte order mark or keeps a state, so records cannot be told apart in"
              + " its bytes; name the byte order, as in UTF-16LE");
    }
    return new Lines(delimiter, charset);
  }

  /**
   * Records go to a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the writer
   */
  public PartitionWriter<String> toFile(String name) {
    requireNonNull(name, "name is null");
    return (records, run) -> {
      try (OutputStream file = Files.newOutputStream(run.file(name))) {
        write(records, file);
      }
    };
  }

  /**
   * Records go to the tool's standard input.
   *
   * @return the writer
   */
  public PartitionWriter<String> toStdin() {
    return PartitionWriter.stdin(this::write);
  }

  /**
   * Records come from a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   */
  public OutputReader<String> fromFile(String name) {
    requireNonNull(name, "name is null");
    return run -> new LineIterator(name, Files.newInputStream(run.file(name)), this).stream();
  }

  /**
   * Records come from the tool's standard output, while it runs.
   *
   * @return the reader
   */
  public OutputReader<String> fromStdout() {
    return run -> new LineIterator("standard output", run.stdout(), this).stream();
  }

  private void write(Iterator<String> records, OutputStream out) throws IOException {
    Writer writer =
        new OutputStreamWriter(
            out,
            charset()
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    long position = 0;
    try {
      for (; records.hasNext(); position++) {
        writer.write(records.next());
        writer.write(delimiter);
      }
      writer.flush();
    } catch (CharacterCodingException e) {
      throw new LofnException(
          "Record "
              + position
              + " of the partition, or one shortly before it, has a character that "
              + charset
              + " cannot represent; choose another charset with Lines.charset(...)",
          e);
    }
  }

  Charset charset() {
    return Charset.forName(charset);
  }

  String delimiter() {
    return delimiter;
  }
}
