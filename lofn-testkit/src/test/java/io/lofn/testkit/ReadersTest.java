package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.OutputReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;

/** Every reader of lofn that gives more than one record. */
class ReadersTest {

  private static byte[] lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("record ").append(i).append('\n');
    }
    return lines.toString().getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  /** A tool that leaves a file for each record. */
  private static void leaveFiles(int records, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < records; i++) {
      Files.writeString(directory.resolve(i + ".txt"), i + "\n");
    }
  }

  @Nested
  class FromFile extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return Lines.text().fromFile("output.txt");
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      Files.write(lab.exchange().resolve("output.txt"), lines(records));
    }
  }

  @Nested
  class FromFileCompressed extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return Lines.text().gzip().fromFile("output.gz");
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      Files.write(lab.exchange().resolve("output.gz"), gzip(lines(records)));
    }
  }

  @Nested
  class FromStdout extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return Lines.text().fromStdout();
    }

    @Override
    protected void leave(int records, LayoutLab lab) {
      lab.stdout(lines(records));
    }
  }

  @Nested
  class Mapped extends OutputReaderContract<Integer> {
    @Override
    protected OutputReader<Integer> reader() {
      return Lines.text().fromFile("output.txt").map(line -> 1000 + line.length());
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      Files.write(lab.exchange().resolve("output.txt"), lines(records));
    }
  }

  @Nested
  class OneAfterAnother extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return Lines.text().fromFile("one").and(Lines.text().fromFile("other"));
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      Files.write(lab.exchange().resolve("one"), lines(records / 2));
      Files.write(lab.exchange().resolve("other"), lines(records - records / 2));
    }
  }

  @Nested
  class FilesAsText extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return OutputFiles.matching("out/*.txt").text((name, content) -> name + content);
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      leaveFiles(records, lab.exchange().resolve("out"));
    }
  }

  @Nested
  class FilesAsBytes extends OutputReaderContract<byte[]> {
    @Override
    protected OutputReader<byte[]> reader() {
      return OutputFiles.matching("out/*.txt").bytes((name, content) -> content);
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      leaveFiles(records, lab.exchange().resolve("out"));
    }
  }

  @Nested
  class LinesOfFiles extends OutputReaderContract<String> {
    @Override
    protected OutputReader<String> reader() {
      return OutputFiles.matching("out/*.txt").lines(Lines.text());
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      Path out = Files.createDirectories(lab.exchange().resolve("out"));
      Files.write(out.resolve("1.txt"), lines(records / 2));
      Files.write(out.resolve("2.txt"), lines(records - records / 2));
    }
  }

  @Nested
  class BinaryFiles extends OutputReaderContract<BinaryFile> {
    @Override
    protected OutputReader<BinaryFile> reader() {
      return BinaryFile.fromDirectory("out");
    }

    @Override
    protected void leave(int records, LayoutLab lab) throws IOException {
      leaveFiles(records, lab.exchange().resolve("out"));
    }
  }
}
