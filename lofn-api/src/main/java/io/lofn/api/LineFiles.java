package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.stream.Stream;

/** Reads lines from, and writes lines to, files and streams, whatever the type of their records. */
final class LineFiles {

  /** Makes records from a stream, lazily. */
  @FunctionalInterface
  interface Reading<R> extends Serializable {
    Stream<R> read(String source, InputStream in, RecordLimit limit) throws IOException;
  }

  /** Writes the records of a partition. */
  @FunctionalInterface
  interface Writing<R> extends Serializable {
    void write(InputRecords<R> records, OutputStream out) throws IOException;
  }

  private LineFiles() {}

  static <R> PartitionWriter<R> to(String name, Writing<R> writing) {
    String relative = FileNames.relative(name);
    return (records, run) -> {
      try (OutputStream file = Files.newOutputStream(run.file(relative))) {
        write(records, run, file, writing);
      }
    };
  }

  static <R> PartitionWriter<R> toStdin(Writing<R> writing) {
    return new ToStdin<>(writing);
  }

  private static <R> void write(
      Iterator<R> records, RunInput run, OutputStream out, Writing<R> writing) throws IOException {
    try {
      writing.write(new InputRecords<>(records), out);
    } catch (BadRecord e) {
      throw e.of(run);
    }
  }

  private static final class ToStdin<R> implements PartitionWriter<R> {

    private static final long serialVersionUID = 1L;

    private final Writing<R> writing;

    ToStdin(Writing<R> writing) {
      this.writing = writing;
    }

    @Override
    public void write(Iterator<R> records, RunInput run) throws IOException {
      LineFiles.write(records, run, run.stdin(), writing);
    }

    @Override
    public boolean usesStdin() {
      return true;
    }
  }

  static <R> OutputReader<R> from(String name, Reading<R> reading) {
    String relative = FileNames.relative(name);
    return run ->
        reading.read(relative, Files.newInputStream(run.file(relative)), RecordLimit.of(run));
  }

  static <R> OutputReader<R> fromStdout(Reading<R> reading) {
    return new StdoutRecords<>((stdout, limit) -> reading.read("standard output", stdout, limit));
  }
}
