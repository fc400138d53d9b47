package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records that a layout cannot write: Spark lets RDDs hold null, and what their type does not say.
 */
class BadRecordsTest {

  @TempDir private Path exchange;

  static Stream<Arguments> layoutsOfOneType() {
    byte[] bytes = "a".getBytes(UTF_8);
    BinaryFile file = BinaryFile.whole(() -> new ByteArrayInputStream(bytes));
    return Stream.of(
        Arguments.of(Lines.text().toFile("a"), "a", "java.lang.String"),
        Arguments.of(Lines.text().toStdin(), "a", "java.lang.String"),
        Arguments.of(Lines.text().charset(UTF_16LE).gzip().toStdin(), "a", "java.lang.String"),
        Arguments.of(Lines.text().replacing().toFile("a"), "a", "java.lang.String"),
        Arguments.of(Lines.text().bytes().toFile("a"), bytes, "byte[]"),
        Arguments.of(Lines.text().bytes().toStdin(), bytes, "byte[]"),
        Arguments.of(BinaryFile.toNumberedFiles(), file, "io.lofn.api.BinaryFile"));
  }

  static Stream<Arguments> layoutsOfFunctions() {
    return Stream.of(
        Arguments.of(
            Lines.text().<Map.Entry<String, String>>toFilePerKey(Map.Entry::getKey, e -> "a")),
        Arguments.of(
            Lines.text().<Map.Entry<String, String>>toParallelFiles(Map.of("a", e -> e.getKey()))),
        Arguments.of(InputFiles.<Map.Entry<String, String>>text(Map.Entry::getKey, e -> "a")),
        Arguments.of(
            InputFiles.<Map.Entry<String, String>>bytes(e -> "a", e -> e.getKey().getBytes(UTF_8))),
        Arguments.of(
            InputFiles.<Map.Entry<String, String>>streams(
                e -> "a", e -> new ByteArrayInputStream(e.getKey().getBytes(UTF_8)))));
  }

  @ParameterizedTest
  @MethodSource("layoutsOfOneType")
  void aNullRecordIsRefusedWithItsNumber(PartitionWriter<?> writer, Object good, String type) {
    assertThatThrownBy(() -> write(writer, good, good, null))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 2 is null, which cannot be written")
        .hasMessageContaining(".filter(record -> record != null)");
  }

  @ParameterizedTest
  @MethodSource("layoutsOfOneType")
  void aRecordOfAnotherTypeIsRefusedWithItsNumberAndBothTypes(
      PartitionWriter<?> writer, Object good, String type) {
    assertThatThrownBy(() -> write(writer, good, 17))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith(
            "run 7: record 1 is java.lang.Integer where the layout writes " + type + ": ");
  }

  @Test
  void itIsSaidWhatToDoWithRecordsThatAreNoStrings() {
    assertThatThrownBy(() -> write(Lines.text().toStdin(), 17))
        .hasMessageContaining("make strings of the records before the tool, as by .map(String::");
    assertThatThrownBy(() -> write(Lines.text().bytes().toStdin(), "a"))
        .hasMessageContaining("make bytes of the records before the tool, or take Lines without");
  }

  @ParameterizedTest
  @MethodSource("layoutsOfFunctions")
  void aFunctionIsNotGivenNullInSilence(PartitionWriter<?> writer) {
    assertThatThrownBy(() -> write(writer, Map.entry("a", "b"), null))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 1 is null, which cannot be written");
  }

  @ParameterizedTest
  @MethodSource("layoutsOfFunctions")
  void aFunctionOfAnotherTypeIsNamedWithTheRecordsNumberAndType(PartitionWriter<?> writer) {
    assertThatThrownBy(() -> write(writer, Map.entry("a", "b"), 17))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 1 is java.lang.Integer, which the function that")
        .hasMessageContaining("does not take")
        .hasCauseInstanceOf(ClassCastException.class);
    assertThatThrownBy(() -> write(writer, Map.entry(17, 18)))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 0 ")
        .hasMessageContaining("java.lang.Integer");
  }

  @Test
  void aFunctionThatGivesNullIsNamedWithTheRecordsNumber() {
    assertThatThrownBy(() -> write(InputFiles.<String>text(name -> name, name -> null), "a"))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 0 gives null for the file's text")
        .hasMessageContaining("the record is java.lang.String");
    assertThatThrownBy(
            () -> write(Lines.text().<String>toFilePerKey(record -> null, each -> each), "a"))
        .hasMessageStartingWith("run 7: record 0 gives null for the file's name");
  }

  @Test
  void whatAUsersOwnWriterOrFunctionThrowsIsLeftAsItIs() {
    PartitionWriter<String> writer =
        (records, run) -> {
          throw new ClassCastException("mine");
        };
    assertThatThrownBy(() -> write(writer, 17)).isInstanceOf(ClassCastException.class);
    PartitionWriter<String> nulls =
        InputFiles.text(
            name -> {
              throw new NullPointerException("mine");
            },
            text -> text);
    assertThatThrownBy(() -> write(nulls, "a"))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("mine");
  }

  @Test
  void whatIsWrongWithARecordIsSaidOfTheRunToo() {
    assertThatThrownBy(() -> write(Lines.text().toStdin(), "a", "b\nc"))
        .hasMessageStartingWith("run 7: record 1 contains the delimiter");
    assertThatThrownBy(() -> write(Lines.text().charset(ISO_8859_1).toStdin(), "a", "\u20ac"))
        .hasMessageStartingWith("run 7: record 1 or one shortly before it has a character that");
  }

  @Test
  void filesAreWrittenInACharset() throws IOException {
    InputFiles<String> latin = InputFiles.text(name -> "a", text -> text, ISO_8859_1);

    write(latin, "\u00e9");

    assertThat(Files.readAllBytes(exchange.resolve("input/a"))).containsExactly(0xe9);
    assertThatThrownBy(() -> write(latin, "a", "\u20ac"))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("run 7: record 1 has a character that ISO-8859-1 cannot represent");
    assertThatThrownBy(() -> write(InputFiles.<String>text(name -> "a", text -> text), "\ud83d"))
        .hasMessageStartingWith("run 7: record 0 has a character that UTF-8 cannot represent");
  }

  @SuppressWarnings("unchecked") // as Spark has it
  private void write(PartitionWriter<?> writer, Object... records) throws IOException {
    Iterator<Object> all = new ArrayList<>(Arrays.asList(records)).iterator();
    ((PartitionWriter<Object>) writer).write(all, new Numbered(new DirectoryRun(exchange)));
  }

  /** A run that says which it is. */
  private record Numbered(DirectoryRun run) implements RunInput {

    @Override
    public Path directory() {
      return run.directory();
    }

    @Override
    public Path file(String name) {
      return run.file(name);
    }

    @Override
    public OutputStream stdin() {
      return new ByteArrayOutputStream();
    }

    @Override
    public LofnException badRecord(long number, String problem) {
      return new LofnException("run 7: record " + number + " " + problem);
    }
  }
}
