package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.BinaryFile;
import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.PartitionWriter;
import java.io.ByteArrayInputStream;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Every writer of lofn. */
class WritersTest {

  /** Writers of text. */
  abstract static class Text extends PartitionWriterContract<String> {
    @Override
    protected String record(int number) {
      return "record " + number;
    }
  }

  @Nested
  class ToFile extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return Lines.text().toFile("a/input.txt");
    }
  }

  @Nested
  class ToFileCompressed extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return Lines.text().gzip().toFile("input.gz");
    }
  }

  @Nested
  class ToStdin extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return Lines.text().toStdin();
    }
  }

  @Nested
  class ToFilePerKey extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return Lines.text()
          .toFilePerKey(
              record -> record.charAt(record.length() - 1) + ".txt", record -> record + "!");
    }
  }

  @Nested
  class ToParallelFiles extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return Lines.text()
          .toParallelFiles(Map.of("r1", record -> record + "/1", "r2", record -> record + "/2"));
    }
  }

  @Nested
  class TextFiles extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return InputFiles.text(record -> record + ".txt", record -> record);
    }
  }

  @Nested
  class ByteFilesWithWholeNamesCompressed extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return InputFiles.<String>bytes(record -> "a/" + record, record -> record.getBytes(UTF_8))
          .wholeNames()
          .gzip();
    }
  }

  @Nested
  class StreamedFiles extends Text {
    @Override
    protected PartitionWriter<String> writer() {
      return InputFiles.<String>streams(
              record -> record + "", record -> new ByteArrayInputStream(record.getBytes(UTF_8)))
          .into("other");
    }
  }

  @Nested
  class NumberedFiles extends PartitionWriterContract<BinaryFile> {
    @Override
    protected PartitionWriter<BinaryFile> writer() {
      return BinaryFile.toNumberedFiles();
    }

    @Override
    protected BinaryFile record(int number) {
      return BinaryFile.of(
          number + ".bin", () -> new ByteArrayInputStream(new byte[] {(byte) number}));
    }
  }
}
