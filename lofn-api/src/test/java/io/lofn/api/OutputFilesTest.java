package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spi.InputSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are the output of a run. */
class OutputFilesTest {

  @TempDir private Path exchange;

  static Stream<OutputReader<String>> readers() {
    return Stream.of(
        OutputFiles.matching("**").text((name, text) -> name),
        OutputFiles.matching("**").bytes((name, bytes) -> name),
        OutputFiles.matching("**").lines(Lines.text()),
        OutputFiles.matching("**").gzip().text((name, text) -> name));
  }

  @ParameterizedTest
  @MethodSource("readers")
  void noFileThatMatchesIsAFailureOfTheToolUnlessItHadNoRecords(OutputReader<String> reader)
      throws IOException {
    put("input.txt", "x");
    InputSnapshot inputs = InputSnapshot.of(exchange);

    assertThatThrownBy(() -> reader.read(run(inputs, true)))
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_MISSING))
        .hasMessageContaining("no file that matches '**'")
        .hasMessageContaining("orNone");
    try (Stream<String> records = reader.read(run(inputs, false))) {
      assertThat(records).isEmpty();
    }
  }

  @Test
  void noFileThatMatchesIsAnEmptyOutputWhenThatIsAllowed() throws IOException {
    OutputFiles files = OutputFiles.matching("out/*").orNone();

    assertThat(read(files.text(Map::entry), InputSnapshot.empty(exchange))).isEmpty();
    assertThat(read(files.gzip().lines(Lines.text()), InputSnapshot.empty(exchange))).isEmpty();
  }

  @Test
  void aFileWithoutAnythingInItIsAnOutput() throws IOException {
    put("out/a", "");

    assertThat(
            read(OutputFiles.matching("out/*").lines(Lines.text()), InputSnapshot.empty(exchange)))
        .isEmpty();
  }

  @Test
  void inputsAreNoOutputsWhoeverWroteThemAndHoweverTheyLookNow() throws IOException {
    put("input.txt", "x");
    put("input/deep/a", "x");
    Files.write(exchange.resolve("own"), new byte[] {1});
    Files.createLink(exchange.resolve("linked"), put("input/target", "y"));
    InputSnapshot inputs = InputSnapshot.of(exchange);
    put("input/deep/b", "new");
    put("output.txt", "new");
    assertThat(Files.readString(exchange.resolve("input.txt"))).isEqualTo("x");

    assertThat(read(OutputFiles.matching("**").text((name, text) -> name), inputs))
        .containsExactly("input/deep/b", "output.txt");
    assertThat(read(BinaryFile.fromDirectory("input").map(BinaryFile::name), inputs))
        .containsExactly("deep/b");
    assertThat(read(BinaryFile.fromDirectory(".").map(BinaryFile::name), inputs))
        .containsExactly("input/deep/b", "output.txt");
  }

  /** What a tool can do to a file. */
  private enum Change {
    APPENDED {
      @Override
      void make(Path file) throws IOException {
        Files.writeString(file, "more", StandardOpenOption.APPEND);
      }
    },
    OVERWRITTEN {
      @Override
      void make(Path file) throws IOException {
        Files.writeString(file, "y", StandardOpenOption.WRITE);
      }
    },
    OVERWRITTEN_WITH_ITS_OLD_TIME {
      @Override
      void make(Path file) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "y", StandardOpenOption.WRITE);
        Files.setLastModifiedTime(file, time);
      }
    },
    TRUNCATED {
      @Override
      void make(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    REPLACED {
      @Override
      void make(Path file) throws IOException {
        Path other = Files.writeString(file.resolveSibling("other"), "y");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      }
    },
    MADE_AGAIN {
      @Override
      void make(Path file) throws IOException {
        Files.delete(file);
        Files.writeString(file, "x");
      }
    };

    abstract void make(Path file) throws IOException;
  }

  @Test
  void anInputThatTheToolChangedIsAnErrorWhereThePatternNamesIt() throws IOException {
    for (Change change : Change.values()) {
      Path run = Files.createDirectory(exchange.resolve(change.name()));
      Path file = Files.writeString(run.resolve("in.txt"), "x");
      Files.writeString(run.resolve("same.txt"), "x");
      InputSnapshot inputs = InputSnapshot.of(run);
      awaitATickAfter(file);
      change.make(file);
      Files.writeString(run.resolve("out.log"), "z");
      DirectoryRun output = new DirectoryRun(run, inputs, true);

      assertThatThrownBy(() -> OutputFiles.matching("*").text(Map::entry).read(output))
          .as("%s", change)
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("changed or replaced 'in.txt'");
      assertThatThrownBy(() -> BinaryFile.fromDirectory(".").read(output))
          .as("%s", change)
          .hasMessageContaining("changed or replaced 'in.txt'");
      try (Stream<String> records =
          OutputFiles.matching("*.log").<String>text((name, text) -> text).read(output)) {
        assertThat(records).containsExactly("z");
      }
    }
  }

  /** Only for the change whose old time the test restores: else a tick makes no difference. */
  private static void awaitATickAfter(Path file) throws IOException {
    Path probe = file.resolveSibling("probe");
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    FileTime now;
    do {
      Files.writeString(probe, "x");
      now = (FileTime) Files.getAttribute(probe, "unix:ctime");
      Files.delete(probe);
    } while (now.compareTo(changed) <= 0);
  }

  @Test
  void aChangeWithinTheTickOfTheFileSystemIsSeen() throws IOException {
    for (int i = 0; i < 200; i++) {
      Path run = Files.createDirectory(exchange.resolve("run" + i));
      Path file = Files.writeString(run.resolve("in.txt"), "x");
      InputSnapshot inputs = InputSnapshot.of(run);
      Files.writeString(file, "y", StandardOpenOption.WRITE);

      assertThatThrownBy(() -> inputs.outputs(name -> true, Set.of()))
          .hasMessageContaining("changed or replaced 'in.txt'");
    }
  }

  @Test
  void whatIsMountedInTheExchangeIsNoOutput() throws IOException {
    InputSnapshot inputs = InputSnapshot.of(exchange);
    put("reference.fa", "");
    put("data/deep/a", "");
    put("database", "x");

    assertThat(inputs.outputs(name -> true, Set.of("reference.fa", "data")))
        .containsExactly("database");
  }

  @Test
  void manyInputsAreKnownApart() throws IOException {
    for (int i = 0; i < 500; i++) {
      put("in/" + i, "x");
    }
    InputSnapshot inputs = InputSnapshot.of(exchange);
    put("in/500", "x");

    assertThat(inputs.outputs(name -> true, Set.of())).containsExactly("in/500");
  }

  @Test
  void readersThatListFilesSaySo() {
    OutputReader<String> lists = OutputFiles.matching("*").lines(Lines.text());
    OutputReader<String> file = Lines.text().fromFile("a");

    assertThat(
            List.of(
                lists,
                lists.map(String::strip),
                lists.and(file),
                file.and(lists),
                BinaryFile.fromDirectory("out"),
                OutputFiles.matching("*").<String>text((name, text) -> text),
                OutputFiles.matching("*").<String>bytes((name, bytes) -> name)))
        .allMatch(OutputReader::listsFiles);
    assertThat(List.of(file, file.map(String::strip), Lines.text().fromStdout()))
        .noneMatch(OutputReader::listsFiles);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/abs", "/shared/out", "..", "../x", "a/../../x", "a/..", "a\0b"})
  void namesThatAreAbsoluteOrLeaveTheExchangeAreRefusedWhenTheLayoutIsMade(String name) {
    List<Callable<?>> layouts =
        List.of(
            () -> Lines.text().toFile(name),
            () -> Lines.text().fromFile(name),
            () -> Lines.text().bytes().toFile(name),
            () -> Lines.text().bytes().fromFile(name),
            () -> Lines.text().toParallelFiles(Map.of(name, record -> "")),
            () -> InputFiles.text(record -> "", record -> "").into(name),
            () -> BinaryFile.fromFile(name),
            () -> BinaryFile.fromDirectory(name),
            () -> BinaryFile.toNumberedFiles(name.isEmpty() ? "/" : name + "/", ""));

    assertThat(layouts)
        .allSatisfy(
            layout ->
                assertThatThrownBy(layout::call)
                    .isInstanceOf(LofnException.class)
                    .hasMessageContaining("The name"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "./", "out/", "./out/", "out//"})
  void aFileIsNotNamedLikeADirectory(String name) {
    assertThatThrownBy(() -> Lines.text().toFile(name)).isInstanceOf(LofnException.class);
    assertThatThrownBy(() -> Lines.text().fromFile(name)).isInstanceOf(LofnException.class);
    assertThatThrownBy(() -> BinaryFile.fromFile(name)).isInstanceOf(LofnException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out/a", "./out/a", "out//a", ".//out/./a"})
  void otherWaysToWriteANameAreTheSameName(String name) throws IOException {
    Lines.text()
        .toFile(name)
        .write(List.of("x").iterator(), run(InputSnapshot.empty(exchange), true));

    assertThat(exchange.resolve("out/a")).hasContent("x\n");
    assertThat(read(Lines.text().fromFile(name), InputSnapshot.empty(exchange)))
        .containsExactly("x");
    assertThat(
            read(
                BinaryFile.fromDirectory("./out/").map(BinaryFile::name),
                InputSnapshot.empty(exchange)))
        .containsExactly("a");
    assertThatThrownBy(
            () -> Lines.text().toParallelFiles(Map.of("out/a", record -> "", "./out/a", r -> "")))
        .isInstanceOf(LofnException.class);
  }

  /** For equal method references to one interface in one class, javac generates only one. */
  @Test
  void textAndBytesMayBeMadeByTheSameMethodOfOneClass() throws Exception {
    put("a", "text");
    OutputReader<Map.Entry<String, String>> text = OutputFiles.matching("*").text(Map::entry);
    OutputReader<Map.Entry<String, byte[]>> bytes = OutputFiles.matching("*").bytes(Map::entry);
    InputSnapshot none = InputSnapshot.empty(exchange);

    String asText = read(sent(text), none).get(0).getValue();
    byte[] asBytes = read(sent(bytes), none).get(0).getValue();

    assertThat(asText).isEqualTo("text");
    assertThat(asBytes).asString(UTF_8).isEqualTo("text");
  }

  @Test
  void textBytesAndStreamsMayBeTakenByTheSameMethodOfOneClass() throws Exception {
    InputFiles<Map.Entry<String, byte[]>> bytes =
        InputFiles.bytes(Map.Entry::getKey, Map.Entry::getValue);
    InputFiles<Map.Entry<String, InputStream>> streams =
        InputFiles.streams(Map.Entry::getKey, Map.Entry::getValue);
    InputFiles<Map.Entry<String, String>> text =
        InputFiles.text(Map.Entry::getKey, Map.Entry::getValue);
    DirectoryRun run = run(InputSnapshot.empty(exchange), true);

    sent(bytes).write(List.of(entry("b", new byte[] {'b'})).iterator(), run);
    sent(streams)
        .write(
            List.of(entry("s", (InputStream) new ByteArrayInputStream(new byte[] {'s'})))
                .iterator(),
            run);
    sent(text).write(List.of(entry("t", "t")).iterator(), run);

    for (String name : List.of("b", "s", "t")) {
      assertThat(exchange.resolve("input").resolve(name)).hasContent(name);
    }
  }

  @SuppressWarnings("unchecked") // A copy has the type of what it is a copy of.
  private static <T extends Serializable> T sent(T layout) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(layout);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  private DirectoryRun run(InputSnapshot inputs, boolean hadRecords) {
    return new DirectoryRun(exchange, inputs, hadRecords);
  }

  private <O> List<O> read(OutputReader<O> reader, InputSnapshot inputs) throws IOException {
    try (Stream<O> records = reader.read(run(inputs, true))) {
      return new ArrayList<>(records.toList());
    }
  }

  private Path put(String name, String text) throws IOException {
    Path file = exchange.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
