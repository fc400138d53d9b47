package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileLayoutsTest {

  @TempDir Path exchange;

  @Test
  void eachRecordBecomesAFile() throws IOException {
    write(texts(), List.of(entry("file:/x/a.txt", "A\r\n"), entry("b", "")));

    assertThat(exchange.resolve("input/a.txt")).hasContent("A\r\n");
    assertThat(exchange.resolve("input/b")).isEmptyFile();
  }

  @Test
  void filesOfTheSameBaseNameAreAllKept() throws IOException {
    write(
        texts(), List.of(entry("/x/a.txt", "1"), entry("/y/a.txt", "2"), entry("/z/a-2.txt", "3")));

    assertThat(files("input").map(FileLayoutsTest::content))
        .containsExactlyInAnyOrder("1", "2", "3");
    assertThat(exchange.resolve("input/a-2.txt")).hasContent("2");
  }

  @Test
  void wholeNamesKeepTheirDirectories() throws IOException {
    write(texts().wholeNames().into("."), List.of(entry("x/a.txt", "1"), entry("y/a.txt", "2")));

    assertThat(exchange.resolve("x/a.txt")).hasContent("1");
    assertThat(exchange.resolve("y/a.txt")).hasContent("2");
  }

  @Test
  void anEmptyPartitionHasAnEmptyDirectory() throws IOException {
    write(texts(), List.of());

    assertThat(exchange.resolve("input")).isEmptyDirectory();
  }

  @Test
  void aNameWithoutALastPartIsRefused() {
    assertThatThrownBy(() -> write(texts(), List.of(entry("/x/", "1"))))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("'/x/'");
  }

  @Test
  void bytesAndStreamsPassAsTheyAre() throws IOException {
    byte[] bytes = {0, (byte) 0xFF, '\r', '\n'};
    InputFiles<byte[]> asBytes = InputFiles.bytes(record -> "bytes", record -> record);
    InputFiles<byte[]> asStream =
        InputFiles.streams(record -> "stream", record -> new ByteArrayInputStream(record));

    asBytes.write(List.of(bytes).iterator(), run());
    asStream.into("more").write(List.of(bytes).iterator(), run());

    assertThat(exchange.resolve("input/bytes")).hasBinaryContent(bytes);
    assertThat(exchange.resolve("more/stream")).hasBinaryContent(bytes);
  }

  @Test
  void filesAreCompressedWhenAsked() throws IOException {
    write(texts().gzip(), List.of(entry("a.txt", "text"), entry("b.gz", "more")));

    assertThat(gunzip(exchange.resolve("input/a.txt.gz"))).isEqualTo("text");
    assertThat(gunzip(exchange.resolve("input/b.gz"))).isEqualTo("more");
  }

  @Test
  void outputsAreReadByPatternInTheOrderOfTheirNames() throws IOException {
    put("out/b.txt", "B");
    put("out/a/c.txt", "C");
    put("out/a.log", "no");
    put("input.txt", "no");

    assertThat(read(OutputFiles.matching("out/**.txt").text(Map::entry)))
        .containsExactly(entry("out/a/c.txt", "C"), entry("out/b.txt", "B"));
    assertThat(read(OutputFiles.matching("out/*.txt").text(Map::entry)))
        .containsExactly(entry("out/b.txt", "B"));
    assertThat(read(OutputFiles.matching("none/*").orNone().text(Map::entry))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "out/** a/x.vcf,b.vcf",
        "./out/*/x.vcf a/x.vcf",
        "out/a/x.vcf x.vcf",
        "out/a/* x.vcf",
        "o?t/b.vcf out/b.vcf",
        "out/{a/x,b}.vcf a/x.vcf,b.vcf",
        "out/\\a/x.vcf a/x.vcf",
        "** out/a/x.vcf,out/b.vcf"
      })
  void outputsCanBeNamedRelativeToTheDirectoryOfTheirPattern(String glob, String names)
      throws IOException {
    put("out/a/x.vcf", "x");
    put("out/b.vcf", "b");
    OutputFiles files = OutputFiles.matching(glob).relativeNames();

    assertThat(read(files.text((name, text) -> name))).containsExactly(names.split(",", -1));
    assertThat(read(files.orNone().bytes((name, bytes) -> name)))
        .containsExactly(names.split(",", -1));
  }

  @Test
  void outputsThatAreSymbolicLinksArePassedOver(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(exchange.resolve("link.txt"), secret);
    Files.createSymbolicLink(exchange.resolve("dir"), elsewhere);

    assertThat(read(OutputFiles.matching("**").orNone().text(Map::entry))).isEmpty();
  }

  @Test
  void outputsAreReadAsBytesTextOrRecords() throws IOException {
    put("1.txt", "a\nb\n");
    put("2.txt", "c");

    assertThat(read(OutputFiles.matching("*.txt").lines(Lines.text())))
        .containsExactly("a", "b", "c");
    assertThat(read(OutputFiles.matching("*.txt").bytes((name, bytes) -> name + bytes.length)))
        .containsExactly("1.txt4", "2.txt1");
  }

  @Test
  void textThatIsInvalidIsReportedWithNameAndOffset() throws IOException {
    Files.write(exchange.resolve("x.txt"), new byte[] {'o', 'k', (byte) 0xFF});

    assertThatThrownBy(() -> read(OutputFiles.matching("*").text(Map::entry)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Invalid UTF-8 in x.txt at byte 2");
  }

  @Test
  void outputsAreUncompressedWhenAsked() throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(exchange.resolve("a.gz")))) {
      out.write("text\n".getBytes(UTF_8));
    }

    assertThat(read(OutputFiles.matching("*.gz").gzip().text(Map::entry)))
        .containsExactly(entry("a.gz", "text\n"));
  }

  @Test
  void linesAreCompressedOnBothSides() throws IOException {
    Lines lines = Lines.text().gzip();
    List<String> records = List.of("a", "", "b");

    lines.toFile("x.gz").write(records.iterator(), run());

    assertThat(gunzip(exchange.resolve("x.gz"))).isEqualTo("a\n\nb\n");
    assertThat(read(lines.fromFile("x.gz"))).isEqualTo(records);
  }

  @Test
  void aGzippedOutputMayHaveSeveralMembersOrNone() throws IOException {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    for (String member : List.of("a\n", "b\n")) {
      try (GZIPOutputStream out = new GZIPOutputStream(members)) {
        out.write(member.getBytes(UTF_8));
      }
    }
    Files.write(exchange.resolve("two.gz"), members.toByteArray());
    put("none.gz", "");

    assertThat(read(Lines.text().gzip().fromFile("two.gz"))).containsExactly("a", "b");
    assertThat(read(Lines.text().gzip().fromFile("none.gz"))).isEmpty();
  }

  @Test
  void invalidBytesAreReplacedWhenAsked() throws IOException {
    Files.write(exchange.resolve("x"), new byte[] {'a', (byte) 0xFF, '\n'});

    assertThat(read(Lines.text().replacing().fromFile("x"))).containsExactly("a\uFFFD");
  }

  @Test
  void valuesGoToAFileForEachKeyHoweverManyThereAre() throws IOException {
    PartitionWriter<Integer> perKey =
        Lines.text().toFilePerKey(n -> "keys/" + n % 100 + ".txt", n -> Integer.toString(n));

    perKey.write(IntStream.range(0, 1000).iterator(), run());

    assertThat(files("keys")).hasSize(100);
    assertThat(exchange.resolve("keys/7.txt"))
        .hasContent("7\n107\n207\n307\n407\n507\n607\n707\n807\n907\n");
  }

  @Test
  void recordsAreSplitIntoParallelFiles() throws IOException {
    PartitionWriter<Map.Entry<String, String>> parallel =
        Lines.text()
            .toParallelFiles(Map.of("r1.txt", Map.Entry::getKey, "r2.txt", Map.Entry::getValue));

    write(parallel, List.of(entry("a", "1"), entry("b", "2")));

    assertThat(exchange.resolve("r1.txt")).hasContent("a\nb\n");
    assertThat(exchange.resolve("r2.txt")).hasContent("1\n2\n");
  }

  @Test
  void severalOutputsCanBeToldApart() throws IOException {
    put("hits.txt", "h1\nh2\n");
    put("log.txt", "l1\n");
    OutputReader<Map.Entry<String, String>> both =
        Lines.text()
            .fromFile("hits.txt")
            .map(line -> entry("hit", line))
            .and(Lines.text().fromFile("log.txt").map(line -> entry("log", line)));

    assertThat(read(both))
        .containsExactly(entry("hit", "h1"), entry("hit", "h2"), entry("log", "l1"));
  }

  @Test
  void aReaderSaysWhetherItReadsStandardOutput() {
    OutputReader<String> stdout = Lines.text().fromStdout();
    OutputReader<String> file = Lines.text().fromFile("hits.txt");
    List<OutputReader<?>> reading =
        List.of(
            stdout,
            stdout.map(String::length),
            stdout.filter(line -> true),
            stdout.skip(1),
            stdout.filter(line -> true).skip(1).map(String::length),
            stdout.and(file),
            Lines.text().bytes().fromStdout(),
            BinaryFile.fromStdout());

    assertThat(reading).allMatch(OutputReader::usesStdout);
    assertThat(
            List.of(
                file,
                file.map(String::strip),
                file.filter(line -> true),
                file.skip(1),
                file.and(file)))
        .noneMatch(OutputReader::usesStdout);
    OutputReader<String> listing = OutputFiles.matching("*").lines(Lines.text());
    assertThat(List.of(listing.filter(line -> true), listing.skip(1), listing.and(file)))
        .allMatch(OutputReader::listsFiles);
  }

  @Test
  void standardOutputAfterAFileIsRefusedWhenTheReaderIsMade() {
    OutputReader<String> stdout = Lines.text().fromStdout();
    OutputReader<String> file = Lines.text().fromFile("hits.txt");

    assertThatThrownBy(() -> file.map(String::strip).and(stdout.map(String::strip)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be read before any file; write next.and(first)");
    assertThatThrownBy(() -> file.and(stdout.skip(1)))
        .hasMessageContaining("write next.and(first)");
    assertThatThrownBy(() -> file.and(stdout.and(file)))
        .hasMessageContaining("write next.and(first)");
    assertThatThrownBy(() -> stdout.and(file).and(stdout))
        .hasMessageContaining("can be read once; read it in one of them");
  }

  @Test
  void recordsCanBeFilteredAndSkippedAsTheyAreRead() throws IOException {
    put("hits.txt", "header\n#comment\nh1\n#comment\nh2\n");
    OutputReader<String> file = Lines.text().fromFile("hits.txt");

    assertThat(read(file.skip(1).filter(line -> !line.startsWith("#"))))
        .containsExactly("h1", "h2");
    assertThat(read(file.skip(9))).isEmpty();
    assertThatThrownBy(() -> file.skip(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anOutputIsReadNoFurtherThanItsRecordsAreTaken() throws IOException {
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    OutputReader<Integer> numbers =
        run ->
            Stream.iterate(0, number -> number + 1)
                .limit(100_000)
                .peek(number -> taken.incrementAndGet())
                .onClose(closed::incrementAndGet);

    try (Stream<Integer> both = numbers.and(numbers).read(run())) {
      Iterator<Integer> records = both.iterator();
      assertThat(records.next()).isZero();
      assertThat(taken).hasValueLessThan(10);

      for (int i = 1; i <= 100_000; i++) {
        assertThat(records.next()).isEqualTo(i % 100_000);
      }
      assertThat(closed).hasValue(1);
    }
    assertThat(closed).hasValue(2);
  }

  @Test
  void aMatchingFileIsReadNoFurtherThanItsRecordsAreTaken() throws IOException {
    put("out/a.txt", "first\n" + "good\n".repeat(100_000));
    Files.write(exchange.resolve("out/a.txt"), new byte[] {(byte) 0xC3, '\n'}, APPEND);

    try (Stream<String> lines = OutputFiles.matching("out/*").lines(Lines.text()).read(run())) {
      Iterator<String> records = lines.iterator();
      assertThat(records.next()).isEqualTo("first");
      assertThatThrownBy(() -> records.forEachRemaining(record -> {}))
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("out/a.txt at byte 500006");
    }
  }

  private static InputFiles<Map.Entry<String, String>> texts() {
    return InputFiles.text(Map.Entry::getKey, Map.Entry::getValue);
  }

  private DirectoryRun run() {
    return new DirectoryRun(exchange);
  }

  private <I> void write(PartitionWriter<I> writer, List<I> records) throws IOException {
    writer.write(records.iterator(), run());
  }

  private <O> List<O> read(OutputReader<O> reader) throws IOException {
    try (Stream<O> records = reader.read(run())) {
      return records.toList();
    }
  }

  private void put(String name, String text) throws IOException {
    Path file = exchange.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Stream<Path> files(String directory) throws IOException {
    try (Stream<Path> files = Files.list(exchange.resolve(directory))) {
      return files.toList().stream();
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String gunzip(Path file) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
