package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A file of any length: a name, and a source that opens it. Tools for {@code mapBinary} and {@code
 * reduceBinary} return it, and such a reduce receives it. It is a handle; do not put it into an
 * RDD: the file of a run exists only until the next one is requested.
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
   * Makes a file with a name: one of those that make up the output of a run.
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
          "A file of an output has a name relative to the output, not '"
              + FileNames.shown(name)
              + "'");
    }
    return new BinaryFile(name, source);
  }

  /**
   * Makes a file that is the whole output of a run.
   *
   * @param source opens it
   * @return the file; its name is empty
   */
  public static BinaryFile whole(Source source) {
    return new BinaryFile("", source);
  }

  /**
   * Returns the name of this file.
   *
   * @return relative to what it belongs to; empty if the file is the whole output
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
   * Reads the output from a file of the exchange.
   *
   * @param name the file's name relative to the exchange
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public static OutputReader<BinaryFile> fromFile(String name) {
    return new BinaryLayouts.OneFile(requireNonNull(name, "name is null"));
  }

  /**
   * Reads the output from all regular files in and below a directory of the exchange, sorted by
   * name. Leaves out files that existed when the tool started; if the tool changed or replaced one
   * of them, that is an error. Symbolic links are ignored.
   *
   * @param name the directory's name relative to the exchange; the tool must make it
   * @return the reader
   * @throws LofnException if the name is empty or absolute, or leaves the exchange
   */
  public static OutputReader<BinaryFile> fromDirectory(String name) {
    return new DirectoryReader(name);
  }

  /**
   * Reads the output from standard output, while the tool runs. It can be opened once.
   *
   * @return the reader
   */
  public static OutputReader<BinaryFile> fromStdout() {
    return new BinaryLayouts.OneFile(null);
  }

  /**
   * Writes files to the exchange as {@code input_1.bin}, {@code input_2.bin} and so on, in order.
   *
   * @return the writer
   */
  public static PartitionWriter<BinaryFile> toNumberedFiles() {
    return toNumberedFiles(BinaryLayouts.PREFIX, BinaryLayouts.SUFFIX);
  }

  /**
   * Writes files to the exchange by number, in order. For another layout, give the tool a lambda:
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
    return new BinaryLayouts.NumberedFiles(prefix, suffix);
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "a binary output" : name;
  }
}
