package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A file of any length: a name, and something that opens it. What a tool for {@code mapBinary} and
 * {@code reduceBinary} gives, and what such a reduce takes. It is a handle, not a value to put into
 * an RDD: the file of a run is there only until the next one is asked for.
 *
 * <pre>{@code
 * Tool<String, BinaryFile> compress = Tool.pipe("busybox:1").command("gzip")
 *     .output(BinaryFile.fromStdout());
 * Tool<BinaryFile, BinaryFile> concat =
 *     Tool.of("busybox:1", BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
 *         .shell("cat /shared/input_1.bin /shared/input_2.bin > /shared/output.bin");
 * }</pre>
 */
public final class BinaryFile {

  private final String name;
  private final Source source;

  private BinaryFile(String name, Source source) {
    this.name = name;
    this.source = requireNonNull(source, "source is null");
  }

  /** Opens a file. */
  @FunctionalInterface
  public interface Source {

    /**
     * Opens the file at its beginning.
     *
     * @return the stream; its reader closes it
     * @throws IOException if it cannot be opened
     */
    InputStream open() throws IOException;
  }

  /**
   * A file with a name: one of those that make up the output of a run.
   *
   * @param name the name relative to the output, with {@code /} between its parts
   * @param source opens it
   * @return the file
   * @throws LofnException if the name is empty or absolute, or has a part that is empty, {@code .}
   *     or {@code ..}
   */
  public static BinaryFile of(String name, Source source) {
    boolean bad =
        name.indexOf('\0') >= 0
            || Arrays.stream(name.split("/", -1))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (bad) {
      throw new LofnException(
          "A file of an output is named relative to it, not '" + FileNames.shown(name) + "'");
    }
    return new BinaryFile(name, source);
  }

  /**
   * A file that is all the output of a run.
   *
   * @param source opens it
   * @return the file; its name is empty
   */
  public static BinaryFile whole(Source source) {
    return new BinaryFile("", source);
  }

  /**
   * The name of this file.
   *
   * @return relative to what it belongs to; empty if the file is all there is
   */
  public String name() {
    return name;
  }

  /**
   * Opens this file at its beginning.
   *
   * @return the stream, to be closed
   * @throws IOException if it cannot be opened
   */
  public InputStream open() throws IOException {
    return source.open();
  }

  /**
   * The output is a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public static OutputReader<BinaryFile> fromFile(String name) {
    String relative = FileNames.relative(name);
    return run -> {
      Path file = run.file(relative);
      return Stream.of(whole(() -> Files.newInputStream(file)));
    };
  }

  /**
   * The output is all regular files in and below a directory of the exchange, sorted by name, but
   * for those that were there when the tool was started; if the tool changed or replaced one of
   * them, that is an error. Symbolic links are passed over.
   *
   * @param name the directory's name relative to the exchange; the tool has to make it
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public static OutputReader<BinaryFile> fromDirectory(String name) {
    return new DirectoryReader(name);
  }

  /**
   * The output is what the tool writes to standard output, while it runs. It can be opened once.
   *
   * @return the reader
   */
  public static OutputReader<BinaryFile> fromStdout() {
    return OutputReader.stdout(stdout -> Stream.of(whole(() -> stdout)));
  }

  /**
   * Files go into the exchange as {@code input_1.bin}, {@code input_2.bin} and so on, in their
   * order.
   *
   * @return the writer
   */
  public static PartitionWriter<BinaryFile> toNumberedFiles() {
    return toNumberedFiles("input_", ".bin");
  }

  /**
   * Files go into the exchange by number, in their order. For a layout of your own, give the tool a
   * lambda:
   *
   * <pre>{@code
   * tool.<BinaryFile>input((files, run) -> {
   *   for (String side : List.of("left", "right")) {
   *     try (InputStream in = files.next().open()) {
   *       Files.copy(in, run.file(side + "/data"));
   *     }
   *   }
   * })
   * }</pre>
   *
   * @param prefix what the names begin with, relative to the exchange
   * @param suffix what the names end with, after a number from 1
   * @return the writer
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public static PartitionWriter<BinaryFile> toNumberedFiles(String prefix, String suffix) {
    requireNonNull(prefix, "prefix is null");
    requireNonNull(suffix, "suffix is null");
    String unused = FileNames.relative(prefix + 1 + suffix);
    return (files, run) -> {
      InputRecords<BinaryFile> given = new InputRecords<>(files);
      for (int number = 1; given.hasNext(); number++) {
        try (InputStream in = given.next(BinaryFile.class).open()) {
          Files.copy(in, run.file(prefix + number + suffix));
        } catch (BadRecord e) {
          throw e.of(run);
        }
      }
    };
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "a binary output" : name;
  }
}
