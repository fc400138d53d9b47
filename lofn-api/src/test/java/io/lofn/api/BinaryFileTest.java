package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryFileTest {

  @TempDir private Path exchange;

  @Test
  void aFileIsTheWholeOutput() throws IOException {
    Files.writeString(exchange.resolve("output.bin"), "content");

    List<BinaryFile> files = read(BinaryFile.fromFile("output.bin"));

    assertThat(files).hasSize(1);
    assertThat(files.get(0).name()).isEmpty();
    assertThat(content(files.get(0))).isEqualTo("content");
    assertThat(content(files.get(0))).isEqualTo("content");
  }

  @Test
  void aDirectoryIsItsRegularFilesByName() throws IOException {
    Files.createDirectories(exchange.resolve("out/b"));
    Files.createDirectories(exchange.resolve("out/empty"));
    Files.writeString(exchange.resolve("out/b/1"), "b1");
    Files.writeString(exchange.resolve("out/a"), "a");
    Files.writeString(exchange.resolve("input.txt"), "not this");
    Files.createSymbolicLink(exchange.resolve("out/link"), exchange.resolve("input.txt"));

    List<BinaryFile> files = read(BinaryFile.fromDirectory("out"));

    assertThat(files).extracting(BinaryFile::name).containsExactly("a", "b/1");
    assertThat(content(files.get(1))).isEqualTo("b1");
  }

  @Test
  void aDirectoryIsNeitherMissingNorALinkNorOutside() throws IOException {
    Files.createDirectories(exchange.resolve("real/sub"));
    Files.createSymbolicLink(exchange.resolve("link"), exchange.resolve("real"));

    for (String name : List.of("absent", "link", "link/sub", "..", "/tmp")) {
      assertThatThrownBy(() -> read(BinaryFile.fromDirectory(name)))
          .isInstanceOf(LofnException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../../b", "./a", "a\0b"})
  void namesStayBelowTheOutput(String name) {
    assertThatThrownBy(() -> BinaryFile.of(name, InputStream::nullInputStream))
        .isInstanceOf(LofnException.class);
  }

  @Test
  void filesAreNumberedInTheirOrder() throws IOException {
    List<BinaryFile> files = Stream.of("x", "y").map(BinaryFileTest::file).toList();

    BinaryFile.toNumberedFiles().write(files.iterator(), new DirectoryRun(exchange));
    BinaryFile.toNumberedFiles("in/", "").write(files.iterator(), new DirectoryRun(exchange));

    assertThat(exchange.resolve("input_1.bin")).hasContent("x");
    assertThat(exchange.resolve("input_2.bin")).hasContent("y");
    assertThat(exchange.resolve("in/2")).hasContent("y");
  }

  private static BinaryFile file(String content) {
    return BinaryFile.whole(() -> new ByteArrayInputStream(content.getBytes(UTF_8)));
  }

  private List<BinaryFile> read(OutputReader<BinaryFile> reader) throws IOException {
    try (Stream<BinaryFile> files = reader.read(new DirectoryRun(exchange))) {
      return files.toList();
    }
  }

  private static String content(BinaryFile file) throws IOException {
    try (InputStream in = file.open()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
