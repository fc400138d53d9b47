package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
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

  private static Map<String, Object> described(LineFormat<?> format, @Nullable String file) {
    Map<String, Object> layout = format.describe();
    if (file != null) {
      layout.put(LayoutKeys.FILE, file);
    }
    return layout;
  }

  private static final class Writer<R> implements PartitionWriter<R>, NamedLayout {

    private static final long serialVersionUID = 1L;

    private final @Nullable String file;
    private final LineFormat<R> format;

    Writer(@Nullable String file, LineFormat<R> format) {
      this.file = file;
      this.format = format;
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

    @Override
    public Map<String, Object> describe() {
      return described(format, file);
    }

    @Override
    public RecordType recordType() {
      return format.recordType();
    }
  }

  private static final class Reader<R> implements OutputReader<R>, NamedLayout {

    private static final long serialVersionUID = 1L;

    private final @Nullable String file;
    private final LineFormat<R> format;

    Reader(@Nullable String file, LineFormat<R> format) {
      this.file = file;
      this.format = format;
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

    @Override
    public Map<String, Object> describe() {
      return described(format, file);
    }

    @Override
    public RecordType recordType() {
      return format.recordType();
    }
  }
}
