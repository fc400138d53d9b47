package io.lofn.spark;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.spark.binary.OutputDirectory;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The output of a tool for each partition, as files in one directory on the job's file system:
 * {@code part-00003.bin}, or the directory {@code part-00003} if the tool gave several files. It is
 * deleted when this is closed, or when the application ends, unless it is moved. Thread-safe; for
 * the driver only.
 *
 * <pre>{@code
 * try (BinaryOutputs out = lofn.mapBinary(lines, compress)) {
 *   JavaPairRDD<String, PortableDataStream> files = context.binaryFiles(out.path());
 *   long count = files.count();
 * }
 * }</pre>
 */
public final class BinaryOutputs implements AutoCloseable {

  /** A larger result must be streamed. */
  private static final int MOST_BYTES = 64 << 20;

  private final OutputDirectory directory;

  BinaryOutputs(OutputDirectory directory) {
    this.directory = directory;
  }

  /**
   * Returns the directory, for {@code sc.binaryFiles}. If the tool gave directories, their files
   * are at {@code path() + "/part-*"}.
   *
   * @return its location, with the scheme
   */
  public String path() {
    return directory.path();
  }

  /**
   * Returns the files, in the order of partitions and names. The driver reads what they open.
   *
   * @return their names relative to {@link #path()}; a partition that was skipped has none
   * @throws LofnException if this is closed, or the directory cannot be read
   */
  public List<BinaryFile> list() {
    return directory.files();
  }

  /**
   * Opens the only file, such as the result of a reduce.
   *
   * @return its content, to be closed
   * @throws LofnException if there is no file or more than one, or it cannot be opened
   */
  public InputStream open() {
    return open(onlyEntry());
  }

  /**
   * Returns the content of the only file, such as the result of a reduce, if it is small.
   *
   * @return at most 64 MiB
   * @throws LofnException if there is no file or more than one, if it is larger, or if it cannot be
   *     read
   */
  public byte[] bytes() {
    StoredPath only = onlyEntry();
    if (only.length() > MOST_BYTES) {
      throw tooLarge(only, Long.toString(only.length()));
    }
    try (InputStream in = open(only)) {
      byte[] bytes = in.readNBytes(MOST_BYTES);
      if (bytes.length == MOST_BYTES && in.read() >= 0) {
        throw tooLarge(only, "more");
      }
      return bytes;
    } catch (IOException e) {
      throw new LofnException("Cannot read " + Printable.line(location(only.name()) + ": " + e), e);
    }
  }

  /**
   * Moves the outputs to a directory of one's own, where they stay; {@link #close()} has nothing to
   * delete then. They are there whole or not at all where the file system renames directories at
   * once, as HDFS and local ones do; an object store copies them.
   *
   * <pre>{@code
   * String saved = out.moveTo("hdfs:///results/2024");
   * }</pre>
   *
   * @param path the directory, on the same file system as {@link #path()}; with a scheme, or on the
   *     job's default file system. Missing directories above it are made
   * @return its location, with the scheme
   * @throws LofnException if something is there, if it is on another file system, or if this is
   *     closed or was moved
   */
  public String moveTo(String path) {
    return moveTo(path, UnaryOperator.identity());
  }

  /**
   * Moves the outputs as {@link #moveTo(String)}, under other names.
   *
   * <pre>{@code
   * out.moveTo("hdfs:///results/2024", part -> part.replace("part-", "sample-"));
   * }</pre>
   *
   * @param path the directory
   * @param name gives the name of the output of a partition from the one that it has, such as
   *     {@code part-00003.bin} or, where the tool gave several files, the directory {@code
   *     part-00003}; it may have directories in it
   * @return its location, with the scheme
   * @throws LofnException if something is there, if it is on another file system, if two outputs
   *     get one name or one gets no good one, or if this is closed or was moved
   */
  public String moveTo(String path, UnaryOperator<String> name) {
    return directory.moveTo(path, name);
  }

  /**
   * Moves the only file, as of a reduce, to a path of one's own, where it stays, as {@link
   * #moveTo(String)} does with all outputs.
   *
   * <pre>{@code
   * lofn.reduceBinary(out, merge).moveFileTo("hdfs:///results/all.bam");
   * }</pre>
   *
   * @param path the file
   * @return its location, with the scheme
   * @throws LofnException if there is no file or more than one, if something is at the path, if it
   *     is on another file system, or if this is closed or was moved
   */
  public String moveFileTo(String path) {
    return directory.moveFileTo(path);
  }

  private LofnException tooLarge(StoredPath file, String bytes) {
    return new LofnException(
        "%s has %s bytes, but bytes() returns at most %d; read the file with open()"
            .formatted(Printable.line(location(file.name())), bytes, MOST_BYTES));
  }

  /** Deletes the directory with all its files. Idempotent. */
  @Override
  public void close() {
    directory.close();
  }

  OutputDirectory directory() {
    return directory;
  }

  private String location(String name) {
    return directory.location(name);
  }

  private InputStream open(StoredPath entry) {
    try {
      return directory.store().open(location(entry.name()));
    } catch (IOException e) {
      throw new LofnException(
          "Cannot open " + Printable.line(location(entry.name()) + ": " + e), e);
    }
  }

  private StoredPath onlyEntry() {
    List<StoredPath> entries = directory.entries();
    if (entries.size() != 1) {
      throw new LofnException(
          "%s holds %d files, not one; use list()".formatted(path(), entries.size()));
    }
    return entries.get(0);
  }

  @Override
  public String toString() {
    return "binary outputs in " + path();
  }
}
