package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.FileNames;
import io.lofn.api.OutputReader;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunOutput;
import io.lofn.spi.InputSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs a {@link PartitionWriter} and an {@link OutputReader} without Spark and without a tool. Each
 * lab is one run. Not thread-safe.
 */
public final class LayoutLab {

  private final Path exchange;
  private final ByteArrayOutputStream stdin = new ByteArrayOutputStream();
  private byte[] stdout = new byte[0];
  private InputSnapshot inputs;
  private boolean hadRecords = true;
  private long maxRecordSize = RunOutput.DEFAULT_MAX_RECORD_SIZE;

  /**
   * Creates a lab.
   *
   * @param exchange an empty directory
   */
  public LayoutLab(Path exchange) {
    this.exchange = exchange.toAbsolutePath();
    this.inputs = InputSnapshot.empty(this.exchange);
  }

  /**
   * Returns the exchange, in which a test does what a tool would do.
   *
   * @return the directory
   */
  public Path exchange() {
    return exchange;
  }

  /**
   * Writes a partition. The files in the exchange afterwards are input to {@link #read}.
   *
   * @param <I> the type of the records
   * @param writer the writer
   * @param records the partition
   * @throws IOException if the writer throws it
   */
  public <I> void write(PartitionWriter<I> writer, Iterator<I> records) throws IOException {
    hadRecords = records.hasNext();
    writer.write(records, new LabInput(exchange, stdin, writer.usesStdin()));
    inputs = InputSnapshot.of(exchange);
  }

  /**
   * Returns the bytes that were written to standard input.
   *
   * @return the bytes; empty if there are none
   */
  public byte[] stdin() {
    return stdin.toByteArray();
  }

  /**
   * Returns the files that were written to the exchange.
   *
   * @return each file's bytes by its name
   * @throws IOException if it cannot be read
   */
  public SortedMap<String, byte[]> files() throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(exchange)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        files.put(FileNames.of(exchange, file), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /**
   * Sets the standard output of the tool.
   *
   * @param bytes the output
   */
  public void stdout(byte[] bytes) {
    stdout = bytes.clone();
  }

  /**
   * Sets the maximum size of a record of the output.
   *
   * @param bytes the result of {@link RunOutput#maxRecordSize}, which has its default unless set
   */
  public void maxRecordSize(long bytes) {
    maxRecordSize = bytes;
  }

  /**
   * Opens the output of the tool.
   *
   * @param <O> the type of the records
   * @param reader the reader
   * @return the records; the caller closes the stream
   * @throws IOException if the reader throws it
   */
  public <O> Stream<O> read(OutputReader<O> reader) throws IOException {
    return reader.read(
        new LabOutput(
            exchange,
            new ByteArrayInputStream(stdout),
            inputs,
            hadRecords,
            reader.listsFiles(),
            maxRecordSize));
  }

  /** Serializes and deserializes a layout, as Spark does between driver and executor. */
  @SuppressWarnings("unchecked") // A copy has the type of its original.
  static <T extends Serializable> T sent(T layout) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(layout);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  /** Tests that no file of the exchange is open. Only on Linux. */
  void assertNothingOpen() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return;
    }
    try (Stream<Path> open = Files.list(descriptors)) {
      List<Path> left = open.map(LayoutLab::target).filter(p -> p.startsWith(exchange)).toList();
      assertThat(left).as("open files").isEmpty();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor; // It was closed meanwhile.
    }
  }

  /** Tests that a record that was passed on is not referenced any more. */
  static void assertForgotten(WeakReference<?> record) {
    for (int i = 0; i < 10 && record.get() != null; i++) {
      System.gc();
    }
    assertThat(record.get() == null).as("a record that was passed on is forgotten").isTrue();
  }
}
