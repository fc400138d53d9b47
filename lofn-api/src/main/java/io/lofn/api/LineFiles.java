package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lines in a file of the exchange, or on a standard stream, whatever the type of the records. */
final class LineFiles {

  private LineFiles() {}

  static <R> PartitionWriter<R> to(String name, LineFormat<R> format) {
    return new Writer<>(FileNames.relative(name), format);
  }

  static <R> PartitionWriter<R> toStdin(LineFormat<R> format) {
    return new Writer<>(null, format);
  }

  static <R> OutputReader<R> from(String name, LineFormat<R> format) {
    return new Reader<>(FileNames.relative(name), format);
  }

  static <R> OutputReader<R> fromStdout(LineFormat<R> format) {
    return new Reader<>(null, format);
  }

  /** The place of the lines and their format. */
  private abstract static class Layout<R> implements NamedLayout, Serializable {

    private static final long serialVersionUID = 1L;

    /** Null for a standard stream. */
    final @Nullable String file;

    final LineFormat<R> format;

    Layout(@Nullable String file, LineFormat<R> format) {
      this.file = file;
      this.format = format;
    }

    @Override
    public final Map<String, Object> describe() {
      Map<String, Object> layout = format.describe();
      if (file != null) {
        layout.put(LayoutKeys.FILE, file);
      }
      return layout;
    }

    @Override
    public final RecordType recordType() {
      return format.recordType();
    }
  }

  private static final class Writer<R> extends Layout<R> implements PartitionWriter<R> {

    private static final long serialVersionUID = 1L;

    Writer(@Nullable String file, LineFormat<R> format) {
      super(file, format);
    }

    @Override
    public void write(Iterator<R> records, RunInput run) throws IOException {
      if (file == null) {
        write(records, run, run.stdin());
        return;
      }
      try (OutputStream out = Files.newOutputStream(run.file(file))) {
        write(records, run, out);
      }
    }

    private void write(Iterator<R> records, RunInput run, OutputStream out) throws IOException {
      try {
        format.write(new InputRecords<>(records), out);
      } catch (BadRecord e) {
        throw e.of(run);
      }
    }

    @Override
    public boolean usesStdin() {
      return file == null;
    }
  }

  private static final class Reader<R> extends Layout<R> implements OutputReader<R> {

    private static final long serialVersionUID = 1L;

    Reader(@Nullable String file, LineFormat<R> format) {
      super(file, format);
    }

    @Override
    public Stream<R> read(RunOutput run) throws IOException {
      RecordLimit limit = RecordLimit.of(run);
      return file == null
          ? format.read("standard output", run.stdout(), limit)
          : format.read(file, Files.newInputStream(run.file(file)), limit);
    }

    @Override
    public boolean usesStdout() {
      return file == null;
    }
  }
}
