package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.InputSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tool decides how much it writes, but not how much of it is held in memory at once. */
class RecordLimitTest {

  private static final int LIMIT = 100_000;

  /** What a reader may hold beyond the limit before it notices: buffers. */
  private static final int SLACK = 3 << 16;

  @TempDir private Path exchange;

  static Stream<OutputReader<?>> readersOfStdout() {
    return Stream.of(
        Lines.text().fromStdout(),
        Lines.text().replacing().fromStdout(),
        Lines.text().charset(ISO_8859_1).delimiter("end of it").fromStdout(),
        Lines.text().charset(UTF_16LE).fromStdout(),
        Lines.text().bytes().fromStdout(),
        Lines.text().fromStdout().map(String::length),
        Lines.text().fromStdout().filter(line -> !line.isEmpty()),
        Lines.text().fromStdout().skip(1),
        Lines.text().fromStdout().and(Lines.text().fromFile("other")));
  }

  @ParameterizedTest
  @MethodSource("readersOfStdout")
  void anEndlessRecordIsReadNoFurtherThanTheLimit(OutputReader<?> reader) throws IOException {
    Zeros zeros = new Zeros();

    assertTooLong(reader, zeros, "at byte 0 of standard output");

    assertThat(zeros.given).isBetween((long) LIMIT, (long) LIMIT + SLACK);
  }

  @Test
  void theRecordIsNamedByWhereItBegins() throws IOException {
    InputStream out =
        new SequenceInputStream(
            new ByteArrayInputStream("a\nbc\n".getBytes(ISO_8859_1)), new Zeros());

    assertTooLong(Lines.text().fromStdout(), out, "at byte 5 of standard output");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 1 << 16, (1 << 16) + 1, LIMIT, 1 << 18})
  void aRecordAsLongAsTheLimitIsReadAndOneThatIsLongerIsNot(int limit) throws IOException {
    for (String delimiter : List.of("\n", "<end>")) {
      Lines lines = Lines.text().delimiter(delimiter);
      String longest = "x".repeat(limit);
      for (String last : List.of("", delimiter)) {
        byte[] good = (longest + delimiter + longest + last).getBytes(ISO_8859_1);
        assertThat(read(lines.fromStdout(), good, limit)).containsExactly(longest, longest);
        byte[] bad = (longest + delimiter + longest + "x" + last).getBytes(ISO_8859_1);
        assertThatThrownBy(() -> read(lines.fromStdout(), bad, limit))
            .isInstanceOf(LofnException.class)
            .hasMessageContaining("at byte " + (limit + delimiter.length()));
      }
    }
  }

  static Stream<OutputReader<?>> readersOfFiles() {
    return Stream.of(
        Lines.text().fromFile("out/a"),
        Lines.text().bytes().fromFile("out/a"),
        OutputFiles.matching("out/*").lines(Lines.text()),
        OutputFiles.matching("out/*").text((name, text) -> text),
        OutputFiles.matching("out/*").text(UTF_16LE, (name, text) -> text),
        OutputFiles.matching("out/*").bytes((name, bytes) -> bytes));
  }

  @ParameterizedTest
  @MethodSource("readersOfFiles")
  void aFileWithoutEndIsNoRecord(OutputReader<?> reader) throws IOException {
    sparse(1L << 40);

    assertTooLong(reader, InputStream.nullInputStream(), "out/a");
  }

  @Test
  void theLengthOfAFileIsKnownBeforeAnythingOfItIsRead() throws IOException {
    sparse(3L << 30);

    assertTooLong(
        OutputFiles.matching("**").bytes((name, bytes) -> bytes),
        InputStream.nullInputStream(),
        "out/a, which has 3221225472 bytes");
  }

  @Test
  void aFileAsLongAsTheLimitIsARecord() throws IOException {
    sparse(LIMIT);

    try (Stream<byte[]> records =
        OutputFiles.matching("**")
            .bytes((name, bytes) -> bytes)
            .read(run(InputStream.nullInputStream(), LIMIT))) {
      assertThat(records.map(bytes -> bytes.length)).containsExactly(LIMIT);
    }
  }

  static Stream<OutputReader<?>> readersOfGzip() {
    return Stream.of(
        Lines.text().gzip().fromFile("out/a"),
        Lines.text().gzip().bytes().fromFile("out/a"),
        OutputFiles.matching("out/*").gzip().lines(Lines.text()),
        OutputFiles.matching("out/*").lines(Lines.text().gzip()),
        OutputFiles.matching("out/*").gzip().text((name, text) -> text),
        OutputFiles.matching("out/*").gzip().bytes((name, bytes) -> bytes));
  }

  @ParameterizedTest
  @MethodSource("readersOfGzip")
  void whatIsCompressedCountsAsWhatItBecomes(OutputReader<?> reader) throws IOException {
    Files.write(file(), gzip(LIMIT + 1));

    assertTooLong(reader, InputStream.nullInputStream(), "out/a");
  }

  @Test
  void whatIsCompressedIsUncompressedNoFurtherThanTheLimit() throws IOException {
    byte[] bomb = gzip(512 << 20);
    CountedStream compressed = new CountedStream(bomb);

    assertTooLong(Lines.text().gzip().fromStdout(), compressed, "at byte 0 of standard output");

    assertThat(compressed.given).isLessThan(bomb.length / 2);
  }

  private void assertTooLong(OutputReader<?> reader, InputStream stdout, String where)
      throws IOException {
    try (Stream<?> records = reader.read(run(stdout, LIMIT))) {
      assertThatThrownBy(records::toList)
          .isExactlyInstanceOf(LofnException.class)
          .hasMessageContaining(where)
          .hasMessageContaining("more than 100000 bytes")
          .hasMessageContaining("spark.lofn.record.maxSize");
    }
  }

  private List<String> read(OutputReader<String> reader, byte[] stdout, int limit)
      throws IOException {
    try (Stream<String> records = reader.read(run(new ByteArrayInputStream(stdout), limit))) {
      return records.toList();
    }
  }

  private RunOutput run(InputStream stdout, int limit) {
    return new LimitedRun(new DirectoryRun(exchange), stdout, limit);
  }

  private Path file() throws IOException {
    return Files.createDirectories(exchange.resolve("out")).resolve("a");
  }

  private void sparse(long bytes) throws IOException {
    try (FileChannel file =
        FileChannel.open(file(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertThat(file.write(ByteBuffer.allocate(1), bytes - 1)).isEqualTo(1);
    }
  }

  private static byte[] gzip(int zeros) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      byte[] piece = new byte[1 << 20];
      for (int left = zeros; left > 0; left -= piece.length) {
        out.write(piece, 0, Math.min(left, piece.length));
      }
    }
    return compressed.toByteArray();
  }

  /** A run with another limit. */
  private record LimitedRun(DirectoryRun run, InputStream stdout, int limit) implements RunOutput {

    @Override
    public long maxRecordSize() {
      return limit;
    }

    @Override
    public Path directory() {
      return run.directory();
    }

    @Override
    public Path file(String name) {
      return run.file(name);
    }

    @Override
    public List<String> files(Predicate<String> wanted) throws IOException {
      return InputSnapshot.empty(run.directory()).outputs(wanted, Set.of());
    }

    @Override
    public boolean hadRecords() {
      return true;
    }

    @Override
    public ToolFailedException missing(String what) {
      return run.missing(what);
    }
  }

  /** Counts what is read of it. */
  private static final class CountedStream extends InputStream {

    private final InputStream in;
    private long given;

    CountedStream(byte[] bytes) {
      in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws IOException {
      throw new IOException("not read by single bytes");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, length);
      given += Math.max(0, count);
      return count;
    }
  }

  /** Never ends. */
  private static final class Zeros extends InputStream {

    private long given;

    @Override
    public int read() {
      given++;
      return 0;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      Arrays.fill(bytes, offset, offset + length, (byte) 0);
      given += length;
      return length;
    }
  }
}
