package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelimiterTest {

  private static final String TWO_LINES = "one\ntwo";

  @TempDir private Path exchange;

  static Stream<Lines> charsets() {
    return Stream.of(
        Lines.text(),
        Lines.text().replacing(),
        Lines.text().charset(ISO_8859_1),
        Lines.text().charset(UTF_16LE),
        Lines.text().charset(UTF_16BE).replacing(),
        Lines.text().charset(Charset.forName("UTF-32BE")),
        Lines.text().charset(Charset.forName("windows-1252")));
  }

  /** Every delimiter, and every two records, of up to three of two characters. */
  @ParameterizedTest
  @MethodSource("charsets")
  void exactlyTheRecordsThatWouldComeBackAsOthersAreRefused(Lines lines) throws IOException {
    for (String delimiter : texts(1, 3)) {
      Lines layout = lines.delimiter(delimiter);
      for (String first : texts(0, 3)) {
        for (String second : List.of("", "a", "b", "ab", "ba")) {
          List<String> records = List.of(first, second);
          boolean survive = read(layout, written(layout.multiLine(), records)).equals(records);
          assertThat(accepts(layout, records))
              .as("%s and %s, each ended by %s", first, second, delimiter)
              .isEqualTo(survive);
          assertThat(acceptsBytes(layout, records))
              .as("bytes of %s and %s, each ended by %s", first, second, delimiter)
              .isEqualTo(survive);
        }
      }
    }
  }

  private static List<String> texts(int shortest, int longest) {
    List<String> texts = new ArrayList<>(List.of(""));
    for (int i = 0; texts.get(i).length() < longest; i++) {
      texts.add(texts.get(i) + "a");
      texts.add(texts.get(i) + "b");
    }
    return texts.stream().filter(text -> text.length() >= shortest).toList();
  }

  @Test
  void theMessageTellsTheRecordAndWhatToDo() {
    assertThatThrownBy(() -> written(Lines.text(), List.of("a", "b", TWO_LINES)))
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "Record 2 (from 0) contains the delimiter \"\\n"
                + "\", or forms one with the delimiter after it, and would be read as several"
                + " records. Remove it, choose another Lines.delimiter, or use Lines.multiLine() if"
                + " records may have several lines.");
    assertThatThrownBy(() -> written(Lines.text().delimiter("\n\n"), List.of("a\n")))
        .hasMessageContaining("Record 0 (from 0) contains the delimiter \"\\n\\n\"");
  }

  @Test
  void everyWriterOfRecordsRefusesThem() {
    List<String> records = List.of("x", "y", TWO_LINES);
    List<byte[]> bytes = records.stream().map(record -> record.getBytes(UTF_8)).toList();
    Lines lines = Lines.text();

    assertRefused(lines.toFile("a"), records);
    assertRefused(lines.gzip().toFile("b"), records);
    assertRefused(lines.bytes().toFile("c"), bytes);
    assertRefused(
        lines.toFilePerKey(record -> record.replace('\n', '-'), record -> record), records);
    assertRefused(
        lines.toParallelFiles(
            Map.<String, RecordFunction<String, String>>of(
                "r1", record -> "", "r2", record -> record)),
        records);
  }

  private <I> void assertRefused(PartitionWriter<I> writer, List<I> records) {
    assertThatThrownBy(() -> writer.write(records.iterator(), new DirectoryRun(exchange)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Record 2 (from 0) contains the delimiter");
  }

  @Test
  void recordsOfSeveralLinesAreWrittenWhenAsked() throws IOException {
    String fastq = "@r1\nACGT\n+\nIIII";
    Lines lines = Lines.text().multiLine();
    DirectoryRun run = new DirectoryRun(exchange);

    lines.toFile("text").write(List.of(fastq, fastq).iterator(), run);
    lines.bytes().toFile("bytes").write(List.of(fastq.getBytes(UTF_8)).iterator(), run);
    lines
        .<String>toFilePerKey(record -> "key", record -> record)
        .write(List.of(fastq).iterator(), run);

    assertThat(Files.readString(exchange.resolve("text"))).isEqualTo(fastq + "\n" + fastq + "\n");
    assertThat(Files.readString(exchange.resolve("bytes"))).isEqualTo(fastq + "\n");
    assertThat(Files.readString(exchange.resolve("key"))).isEqualTo(fastq + "\n");
    assertThat(read(lines, Files.readAllBytes(exchange.resolve("text")))).hasSize(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE"})
  void aDelimiterCountsAtWholeCharactersOnly(String charset) throws IOException {
    Lines lines = Lines.text().charset(Charset.forName(charset));
    List<String> records = List.of("\u0a00\r\u0a0a", "\u0b00\u0a00", "\u0100\u0a01");

    assertThat(read(lines, written(lines, records))).isEqualTo(records);
    assertThat(acceptsBytes(lines, records)).isTrue();
    assertThat(accepts(lines, List.of("\u0a00\n"))).isFalse();
    assertThat(acceptsBytes(lines, List.of("\u0a00\n"))).isFalse();
  }

  @Test
  void bytesThatAreNoWholeCharactersWouldHideTheDelimiter() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteLineWriter writer = new ByteLineWriter(Lines.text().charset(UTF_16LE).multiLine(), out);

    assertThatThrownBy(() -> writer.write(new byte[3], 7))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Record 7 (from 0) has 3 bytes");
  }

  @Test
  void whatReplacesACharacterMayNotMakeADelimiter() throws IOException {
    Lines lines = Lines.text().delimiter("a?b").charset(US_ASCII).replacing();

    assertThat(accepts(lines, List.of("a\u00e4b"))).isFalse();
    assertThat(accepts(lines, List.of("xa\uD83D\uDE00b"))).isFalse();
    assertThat(read(lines, written(lines, List.of("a\u00e4c")))).containsExactly("a?c");
    assertThat(accepts(Lines.text().delimiter("?").replacing(), List.of("\uD83D"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Shift_JIS", "GBK", "GB18030", "Big5", "EUC-JP", "ISO-2022-JP"})
  void charactersOfSeveralBytesSurviveOrTheDelimiterIsRefused(String name) throws IOException {
    Charset charset = Charset.forName(name);
    List<String> records = List.of("\u30bd\u8868", "\u4e02", "a\u80fdb", "\u4e00\u4e8c");
    List<String> known = records.stream().filter(charset.newEncoder()::canEncode).toList();

    for (String delimiter : List.of("\n", "\r\n", "\t\u4e00", "\\", "|", "0", "~x", "\u4e00")) {
      Lines lines;
      try {
        lines = Lines.text().delimiter(delimiter).charset(charset);
      } catch (IllegalArgumentException e) {
        assertThat(delimiter.charAt(0)).isGreaterThanOrEqualTo(' ');
        continue;
      }
      assertThat(delimiter.charAt(0)).isLessThan(' ');
      assertThat(read(lines, written(lines, known))).isEqualTo(known);
    }
  }

  @Test
  void aDelimiterThatTheCharsetLacksIsRefused() {
    assertThatThrownBy(() -> Lines.text().delimiter("\u00a7").charset(US_ASCII))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\u00a7");
    assertThatThrownBy(() -> Lines.text().delimiter("\uD83D"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\\ud83d");
    assertThatThrownBy(() -> Lines.text().delimiter(""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static boolean accepts(Lines lines, List<String> records) throws IOException {
    try {
      return written(lines, records) != null;
    } catch (LofnException e) {
      return false;
    }
  }

  private static boolean acceptsBytes(Lines lines, List<String> records) throws IOException {
    ByteLineWriter writer = new ByteLineWriter(lines, new ByteArrayOutputStream());
    try {
      for (String record : records) {
        writer.write(record.getBytes(lines.charset()), 0);
      }
      return true;
    } catch (LofnException e) {
      return false;
    }
  }

  private static byte[] written(Lines lines, List<String> records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LineWriter writer = lines.writer(out);
    for (String record : records) {
      writer.write(record);
    }
    writer.finish();
    return out.toByteArray();
  }

  private static List<String> read(Lines lines, byte[] bytes) throws IOException {
    try (Stream<String> records =
        lines.read("bytes", new ByteArrayInputStream(bytes), RecordLimit.standard())) {
      return Arrays.asList(records.toArray(String[]::new));
    }
  }
}
