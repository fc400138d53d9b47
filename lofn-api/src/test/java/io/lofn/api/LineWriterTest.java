package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineWriterTest {

  private static final String FACE = "\uD83D\uDE00";

  static Stream<Arguments> charsetsAndShifts() {
    return Stream.of(UTF_8, UTF_16LE, Charset.forName("UTF-32LE"), Charset.forName("GB18030"))
        .flatMap(charset -> Stream.of(0, 1, 2, 3).map(shift -> Arguments.of(charset, shift)));
  }

  @ParameterizedTest
  @MethodSource("charsetsAndShifts")
  void charactersOfTwoCharsSurviveWhereverARecordIsCut(Charset charset, int shift)
      throws IOException {
    String longRecord = "x".repeat(shift) + FACE.repeat(20_000);

    byte[] bytes = written(Lines.text().charset(charset), longRecord, FACE);

    assertThat(new String(bytes, charset)).isEqualTo(longRecord + "\n" + FACE + "\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {8190, 8191, 8192, 16_383})
  void halfACharacterIsReportedWhereverItStands(int length) {
    String record = "x".repeat(length) + "\uD83D" + "y";

    assertThatThrownBy(() -> written(Lines.text(), record))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("UTF-8 cannot represent");
    assertThatThrownBy(() -> written(Lines.text(), "x".repeat(length) + "\uD83D"))
        .isInstanceOf(LofnException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {8190, 8191, 8192, 16_383})
  void halfACharacterIsReplacedWhereverItStands(int length) throws IOException {
    String head = "x".repeat(length);

    byte[] bytes = written(Lines.text().replacing(), head + "\uD83Dy", head + "\uD83D", FACE);

    assertThat(new String(bytes, UTF_8)).isEqualTo(head + "?y\n" + head + "?\n" + FACE + "\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16_384, 16_385})
  void recordsOfAnyLengthEndWithTheDelimiter(int length) throws IOException {
    String record = "z".repeat(length);

    assertThat(new String(written(Lines.text().delimiter("<>"), record, record), UTF_8))
        .isEqualTo(record + "<>" + record + "<>");
  }

  @Test
  void aLargeRecordIsNotCopied() throws IOException {
    String record = "x".repeat(32 << 20);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Longest out = new Longest();
    LineWriter writer = Lines.text().charset(ISO_8859_1).writer(out);
    writer.write("the first record loads the classes");

    long before = threads.getCurrentThreadAllocatedBytes();
    writer.write(record);
    writer.finish();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(out.count).isGreaterThan(record.length());
    assertThat(out.longest).isLessThanOrEqualTo(1 << 16);
    assertThat(allocated).isLessThan(record.length() / 4);
  }

  private static byte[] written(Lines lines, String... records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LineWriter writer = lines.writer(out);
    for (String record : List.of(records)) {
      writer.write(record);
    }
    writer.finish();
    return out.toByteArray();
  }

  /** Remembers the longest piece that it is given. */
  private static final class Longest extends OutputStream {

    private long count;
    private int longest;

    @Override
    public void write(int b) {
      count++;
      longest = Math.max(longest, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
      longest = Math.max(longest, length);
    }
  }
}
