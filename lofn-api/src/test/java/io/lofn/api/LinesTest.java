package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {

  @TempDir Path exchange;

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of(Lines.text()),
        Arguments.of(Lines.text().delimiter("\n$$$$\n")),
        Arguments.of(Lines.text().delimiter("aab")),
        Arguments.of(Lines.text().delimiter("\0")),
        Arguments.of(Lines.text().charset(UTF_16LE)),
        Arguments.of(Lines.text().charset(UTF_16BE).delimiter("\r\n")),
        Arguments.of(Lines.text().charset(Charset.forName("UTF-32LE"))));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void recordsSurviveTheWayThroughAFile(Lines lines) throws IOException {
    List<String> records =
        Arrays.asList("a", "", "b\r", "ünï\u0a00 \u0100cödé \uD83D\uDE00", "\uFFFD", "a a", "", "");

    write(lines, records);

    assertThat(read(lines)).isEqualTo(records);
  }

  @Test
  void aDelimiterEndsARecord() throws IOException {
    write(Lines.text(), List.of("a", "", "b"));

    assertThat(Files.readString(file())).isEqualTo("a\n\nb\n");
  }

  @Test
  void aLastRecordNeedsNoDelimiter() throws IOException {
    Files.writeString(file(), "a\n\nb");

    assertThat(read(Lines.text())).containsExactly("a", "", "b");
  }

  @Test
  void emptyTextHasNoRecord() throws IOException {
    Files.writeString(file(), "");

    assertThat(read(Lines.text())).isEmpty();
  }

  @Test
  void aDelimiterMayBeginInOneBufferAndEndInTheNext() throws IOException {
    Lines lines = Lines.text().delimiter("<end of record>");
    List<String> records =
        Stream.iterate(1, length -> length + 1).limit(700).map("x"::repeat).toList();

    write(lines, records);

    assertThat(read(lines)).isEqualTo(records);
  }

  @Test
  void aRecordMayBeLongerThanAnyBuffer() throws IOException {
    List<String> records = List.of("y".repeat(5_000_000), "z");

    write(Lines.text(), records);

    assertThat(read(Lines.text())).isEqualTo(records);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void aSourceMayDeliverAFewBytesAtATime(int count) throws IOException {
    byte[] bytes = "ä<>bc<><>d".getBytes(UTF_8);
    InputStream slow =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(count, length));
          }
        };

    assertThat(Lines.text().delimiter("<>").read("test", slow, RecordLimit.standard()))
        .containsExactly("ä", "bc", "", "d");
  }

  @Test
  void anyBytesPassAsLatin1() throws IOException {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Files.write(file(), bytes);
    Lines lines = Lines.text().charset(ISO_8859_1);

    List<String> records = read(lines);
    write(lines, records);

    assertThat(Files.readAllBytes(file())).startsWith(bytes).hasSize(257);
  }

  @Test
  void invalidBytesAreReportedWithTheirOffset() throws IOException {
    Files.write(file(), new byte[] {'a', '\n', 'b', (byte) 0xC3, '\n'});

    assertThatThrownBy(() -> read(Lines.text()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Invalid UTF-8 in records.txt at byte 3");
  }

  @Test
  void whatTheCharsetLacksIsReportedAndNotReplaced() {
    assertThatThrownBy(() -> write(Lines.text().charset(US_ASCII), List.of("a", "ä")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("US-ASCII cannot represent");
  }

  @Test
  void charsetsWithAByteOrderMarkAreRefused() {
    assertThatThrownBy(() -> Lines.text().charset(UTF_16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UTF-16LE");
  }

  private Path file() {
    return exchange.resolve("records.txt");
  }

  private void write(Lines lines, List<String> records) throws IOException {
    lines.toFile("records.txt").write(records.iterator(), new DirectoryRun(exchange));
  }

  private List<String> read(Lines lines) throws IOException {
    try (Stream<String> records = lines.fromFile("records.txt").read(new DirectoryRun(exchange))) {
      return records.toList();
    }
  }
}
