package io.lofn.core.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.RecordType;
import io.lofn.api.Tool;
import io.lofn.api.ToolSpec;
import io.lofn.api.Volume;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolDocumentsTest {

  private static final String START = "lofn: 1\nimage: a:1\n";

  static List<Corpus.Valid> valid() {
    return Corpus.valid();
  }

  static List<Corpus.Invalid> invalid() {
    return Corpus.invalid();
  }

  @Test
  void theCorpusIsLargeAndNamesEachCaseOnce() {
    List<String> names =
        Stream.concat(
                valid().stream().map(Corpus.Valid::name),
                invalid().stream().map(Corpus.Invalid::name))
            .toList();
    assertThat(names).hasSizeGreaterThan(230);
    assertThat(new HashSet<>(names)).hasSameSizeAs(names);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void aValidDocumentMeansOneToolHoweverItIsWritten(Corpus.Valid each) {
    ToolSpec spec = ToolDocuments.read(each.text(), "tool");
    assertThat(spec.toJson()).isEqualTo(each.means());
    assertThat(ToolDocuments.read(each.means(), "tool")).isEqualTo(spec);
    assertThat(ToolSpec.of(spec.toMap())).isEqualTo(spec).hasSameHashCodeAs(spec);
    assertThat(Tool.of(spec).toSpec()).isEqualTo(spec);
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void anInvalidTextIsRefusedByOneLineThatSaysWhereAndWhat(Corpus.Invalid each) {
    String place = each.at().map(at -> "tool.yaml:" + at + ": ").orElse("tool.yaml: ");
    assertThatThrownBy(() -> ToolDocuments.read(each.text(), "tool.yaml"))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith(place)
        .hasMessageContaining(each.says())
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .hasSizeLessThan(700)
                    .doesNotContain("\n")
                    .matches("\\P{Cntrl}*"));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void aTextThatMustNotBeQuotedIsRefusedByItsPlaceAlone(Corpus.Invalid each) {
    String place = each.at().map(at -> "secret:" + at).orElse("secret");
    assertThatThrownBy(() -> ToolDocuments.readUnquoted(each.text(), "secret"))
        .isInstanceOf(LofnException.class)
        .hasNoCause()
        .hasMessage(
            place
                + ": here the text is no tool document that this lofn reads. Messages of this"
                + " source do not quote it; try the document in a program, by Lofn.document");
  }

  @Test
  void aTextThatMustNotBeQuotedIsReadWhereItIsADocument() {
    for (Corpus.Valid each : valid()) {
      assertThat(ToolDocuments.readUnquoted(each.text(), "x").toJson()).isEqualTo(each.means());
    }
  }

  @Test
  void theToolsOfAProgramAndOfADocumentAreEqual() {
    assertThat(
            Tool.lines("busybox:1")
                .shell("sort")
                .volume(Volume.of("hdfs:///r").at("/r"))
                .env("A", "1")
                .memory("2g")
                .timeout("30m")
                .acceptedExitCodes(0, 1)
                .toSpec())
        .isEqualTo(
            ToolDocuments.read(
                """
                lofn: 1
                image: busybox:1
                shell: sort
                input: {file: input.txt}
                output: {file: output.txt}
                volumes: ["hdfs:///r:/r"]
                env: {A: "1"}
                memory: 2048m
                timeout: 1800s
                acceptedExitCodes: [1, 0]
                """,
                "x"));
    ToolSpec bytes =
        Tool.of(
                "a:1",
                Lines.text().charset(StandardCharsets.UTF_16LE).bytes().toStdin(),
                Lines.text().gzip().fromFile("o"))
            .command("x")
            .toSpec();
    assertThat(bytes)
        .isEqualTo(
            ToolDocuments.read(
                START
                    + "command: [x]\n"
                    + "input: {records: bytes, charset: UTF-16LE}\n"
                    + "output: {file: o, gzip: true}",
                "x"));
    assertThat(bytes.inputType()).isEqualTo(RecordType.BYTES);
    assertThat(bytes.outputType()).isEqualTo(RecordType.TEXT);
  }

  @Test
  void aLayoutThatIsAFunctionIsNoDocument() {
    Tool<String, String> tool = Tool.pipe("a:1").command("x");
    assertThatThrownBy(() -> tool.input((records, run) -> {}).toSpec())
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("The input layout of the tool is a function of the program");
    assertThatThrownBy(
            () -> tool.input(InputFiles.<String>text(name -> name, name -> name)).toSpec())
        .hasMessageContaining("The input layout of the tool is a function");
    assertThatThrownBy(() -> tool.output(run -> Stream.of("x")).toSpec())
        .hasMessageContaining("The output layout of the tool is a function");
    assertThatThrownBy(() -> tool.output(Lines.text().fromStdout().map(String::length)).toSpec())
        .hasMessageContaining("The output layout of the tool is a function");
    assertThatThrownBy(
            () ->
                tool.output(
                        Lines.text()
                            .fromStdout()
                            .and(Lines.text().fromFile("x").filter(String::isEmpty))
                            .skip(1))
                    .toSpec())
        .hasMessageContaining("The output layout of the tool is a function");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? ", "!x ", "&a ", "a: {b: [", "'", "\"\\"})
  void repeatedOrCutOffTextsCostNothingAndAreRefused(String piece) {
    for (int times : new int[] {1, 100, 20_000}) {
      assertThatThrownBy(() -> ToolDocuments.read(START + piece.repeat(times), "x"))
          .isInstanceOf(LofnException.class)
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
    }
  }

  @Test
  void aTextOfMoreThanAMebibyteIsRefused() {
    assertThatThrownBy(() -> ToolDocuments.read("#".repeat((1 << 20) + 1), "x"))
        .hasMessage("x: a tool document has at most 1 MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image: ' LONG'",
        "user: *LONG",
        "user: !LONG x",
        "workdir: LONG",
        "imageArchive: LONG",
        "memory: LONG",
        "platform: {? LONG : x}",
        "pullPolicy: LONG",
        "volumes: [LONG]",
        "volumes: [{source: LONG, target: /a}]",
        "volumes: [{source: 'x: LONG', target: /a}]",
        "volumes: [{source: /a, target: LONG}]",
        "volumes: [{source: &a /LONG, target: /a}, {source: *a, target: /a}]",
        "env: {? '=LONG' : x}",
        "env: {? LONG : 7}",
        "labels: {? '=LONG' : x}",
        "tmpfs: {? LONG : 1g}",
        "input: {file: /LONG}",
        "input: {delimiter: '\u20acLONG', charset: ISO-8859-1}",
        "input: {charset: LONG}",
        "output: {files: '[LONG'}",
        "output: {records: files, directory: /LONG}",
        "? LONG\n: x",
      })
  void aLongValueIsShownInPart(String line) {
    String command = line.startsWith("image") ? "lofn: 1\n" : START;
    String text = command + "command: [x]\n" + line.replace("LONG", "k".repeat(100_000));
    assertThatThrownBy(() -> ToolDocuments.read(text, "x"))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith("x:")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
  }

  @Test
  void aMessageEndsWithWhatToWriteHoweverLongTheValueIs() {
    assertThatThrownBy(
            () ->
                ToolDocuments.read(
                    START + "command: [x]\noutput: {file: /" + "k".repeat(100_000) + "}", "x"))
        .hasMessageContaining("output is refused: The name '/kkk")
        .hasMessageEndingWith("as in 'x' for what the tool sees as /shared/x");
  }

  @Test
  void aLongValueIsNotCutWithinACharacter() {
    assertThatThrownBy(
            () ->
                ToolDocuments.read(
                    START + "command: [x]\npullPolicy: " + "a".repeat(59) + "\ud83e\uddec", "x"))
        .hasMessageContaining("pullPolicy is \"" + "a".repeat(59) + "...\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9", "9.", "1e9"})
  void aHugeNumberIsRefusedAndNotReckonedWith(String piece) {
    String number = piece + "9".repeat(1_000_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> ToolDocuments.read(START + "pids: " + number, "x"))
                .hasMessage("x:3:7: this number has more than 400 characters"));
  }

  @Test
  void aliasesOfALongTextAreLimitedByWhatTheyStandFor() {
    String word = "x".repeat(100_000);
    assertThat(
            Tool.of(ToolDocuments.read(START + "command: [&a " + word + ", *a, *a]", "x")).argv())
        .containsExactly(word, word, word);
    assertThatThrownBy(
            () -> ToolDocuments.read(START + "command: [&a " + word + ", *a".repeat(10) + "]", "x"))
        .hasMessage("x:3:11: aliases make this document too large");
  }

  @Test
  void manyOutputsAreReadAndSent() throws Exception {
    int count = 20_000;
    ToolSpec spec =
        ToolDocuments.read(
            START + "command: [x]\noutput: [" + "{file: a},".repeat(count) + "]", "x");
    Tool<?, ?> tool = Tool.of(spec);
    assertThat((List<?>) tool.toSpec().toMap().get("output")).hasSize(count);
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(tool);
    }
  }

  @Test
  void aWordIsAsLongAsLinuxPassesOn() {
    String longest = "x".repeat(131_071);
    assertThat(Tool.of(ToolDocuments.read(START + "command: [" + longest + "]", "x")).argv())
        .containsExactly(longest);
    assertThatThrownBy(() -> ToolDocuments.read(START + "command: [x" + longest + "]", "x"))
        .hasMessageStartingWith("x:3:1: In the tool document, command is refused: ")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
  }
}
