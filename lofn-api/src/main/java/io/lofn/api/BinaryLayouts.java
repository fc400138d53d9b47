package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The layouts of {@link BinaryFile}: files by number, one file, standard output. */
final class BinaryLayouts {

  static final String PREFIX = "input_";
  static final String SUFFIX = ".bin";

  private BinaryLayouts() {}

  static Map<String, Object> described() {
    Map<String, Object> layout = new LinkedHashMap<>();
    layout.put(LayoutKeys.RECORDS, LayoutKeys.FILES);
    return layout;
  }

  static final class NumberedFiles implements PartitionWriter<BinaryFile>, NamedLayout {

    private static final long serialVersionUID = 1L;

    private final String prefix;
    private final String suffix;

    NumberedFiles(String prefix, String suffix) {
      String unused = FileNames.relative(prefix + 1 + suffix);
      this.prefix = prefix;
      this.suffix = suffix;
    }

    @Override
    public void write(Iterator<BinaryFile> files, RunInput run) throws IOException {
      InputRecords<BinaryFile> given = new InputRecords<>(files);
      for (int number = 1; given.hasNext(); number++) {
        try (InputStream in = given.next(BinaryFile.class).open()) {
          Files.copy(in, run.file(prefix + number + suffix));
        } catch (BadRecord e) {
          throw e.of(run);
        }
      }
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> layout = described();
      if (!prefix.equals(PREFIX)) {
        layout.put(LayoutKeys.PREFIX, prefix);
      }
      if (!suffix.equals(SUFFIX)) {
        layout.put(LayoutKeys.SUFFIX, suffix);
      }
      return layout;
    }

    @Override
    public RecordType recordType() {
      return RecordType.FILE;
    }
  }

  static final class OneFile implements OutputReader<BinaryFile>, NamedLayout {

    private static final long serialVersionUID = 1L;

    private final @Nullable String file;

    /** Reads a file, or standard output for null. */
    OneFile(@Nullable String file) {
      this.file = file == null ? null : FileNames.relative(file);
    }

    @Override
    public Stream<BinaryFile> read(RunOutput run) throws IOException {
      if (file == null) {
        InputStream stdout = run.stdout();
        return Stream.of(BinaryFile.whole(() -> stdout));
      }
      Path path = run.file(file);
      return Stream.of(BinaryFile.whole(() -> Files.newInputStream(path)));
    }

    @Override
    public boolean usesStdout() {
      return file == null;
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> layout = described();
      if (file != null) {
        layout.put(LayoutKeys.FILE, file);
      }
      return layout;
    }

    @Override
    public RecordType recordType() {
      return RecordType.FILE;
    }
  }
}
