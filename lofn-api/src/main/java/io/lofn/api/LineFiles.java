package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.stream.Stream;

/** Reads lines from, and writes lines to, files and streams, whatever the type of their records. */
final class LineFiles {

  /** Makes records from a stream, lazily. */
  @FunctionalInterface
  interface Reading<R> extends Serializable {
    Stream<R> read(String source, InputStream in, RecordLimit limit) throws IOException;
  }

  private LineFiles() {}

  static <R> PartitionWriter<R> to(String name, PartitionWriter.StdinWriter<R> writing) {
    String relative = FileNames.relative(name);
    return (records, run) -> {
      try (OutputStream file = Files.newOutputStream(run.file(relative))) {
        writing.write(records, file);
      }
    };
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
