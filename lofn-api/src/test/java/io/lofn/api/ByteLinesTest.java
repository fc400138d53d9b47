package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ByteLinesTest {

  private static final byte[] HOSTILE = {0, '\r', (byte) 0xff, (byte) 0xc3, 'x', (byte) 0x80};

  @TempDir private Path exchange;

  static Stream<Lines> layouts() {
    return Stream.of(
        Lines.text(),
        Lines.text().gzip(),
        Lines.text().delimiter("\n$$$$\n"),
        Lines.text().charset(UTF_16LE));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void anyBytesSurviveTheWayThroughAFile(Lines lines) throws IOException {
    List<byte[]> records = List.of(HOSTILE, new byte[0], new byte[200_000], HOSTILE);

    write(lines, records);

    assertThat(read(lines)).usingElementComparator(Arrays::compare).isEqualTo(records);
  }

  @Test
  void recordsAreTheCallersOwn() throws IOException {
    write(Lines.text(), List.of("one".getBytes(UTF_8), "two".getBytes(UTF_8)));

    List<byte[]> records = read(Lines.text());

    assertThat(records.get(0)).asString(UTF_8).isEqualTo("one");
    assertThat(Files.readString(exchange.resolve("file"))).isEqualTo("one\ntwo\n");
  }

  private void write(Lines lines, List<byte[]> records) throws IOException {
    lines.bytes().toFile("file").write(records.iterator(), new DirectoryRun(exchange));
  }

  private List<byte[]> read(Lines lines) throws IOException {
    try (Stream<byte[]> records = lines.bytes().fromFile("file").read(new DirectoryRun(exchange))) {
      return new ArrayList<>(records.toList());
    }
  }
}
