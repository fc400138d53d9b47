package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files in JVMs of any locale. */
class FileNamesTest {

  /** As bytes, in the order of their characters. */
  private static final List<String> NAMES =
      List.of(
          "a\nb.txt",
          "a b.txt",
          "a%41.txt",
          "\u00e4/\u00f6.txt",
          "\u00fc.txt",
          "\u0440.txt",
          "\u2028.txt",
          "\uFFFD.txt",
          "\uD83D\uDE00.txt");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8", "en_US.ISO-8859-1"})
  void namesSurviveTheWayThroughEveryLayoutInEveryLocale(String locale) throws Exception {
    assertThat(child(locale, "layouts")).isEqualTo("the same");
    for (String name : NAMES) {
      assertThat(resolved("input/" + name)).as(escaped(name)).isRegularFile();
      assertThat(resolved("keys/" + name)).as(escaped(name)).isRegularFile();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void namesThatAreNotUtf8AreErrorsAndNeverTheSame(String locale) throws Exception {
    for (String raw : List.of("%FF.txt", "%FE.txt", "x%C3.txt", "%ED%A0%80.txt", "%C0%AF.txt")) {
      Files.writeString(path(raw), raw);
    }
    Files.writeString(directory.resolve("good.log"), "good");

    assertThat(child(locale, "invalid"))
        .isEqualTo(
            "*.txt is not UTF-8; x?.txt is not UTF-8: x\\xc3.txt; *.log reads good; ????.txt is"
                + " none");
  }

  @Test
  void halfACharacterIsNoName() {
    assertThatThrownBy(() -> FileNames.resolve(directory, "a\uD83D.txt"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("half a character");
  }

  @Test
  void aNameIsThatOfAPathThatIsThere() throws IOException {
    for (String name : NAMES) {
      Path file = FileNames.resolve(directory, name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");

      assertThat(FileNames.of(directory, file)).isEqualTo(name);
      assertThat(FileNames.replaced(directory, file)).isEqualTo(name);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> FileNames.of(directory, file)))
          .containsExactlyInAnyOrderElementsOf(NAMES);
    }
  }

  private Path resolved(String name) {
    return path(percented(name).replace("%2F", "/"));
  }

  private static String percented(String text) {
    StringBuilder percented = new StringBuilder();
    for (byte each : text.getBytes(UTF_8)) {
      percented.append("%%%02X".formatted(each));
    }
    return percented.toString();
  }

  private Path path(String raw) {
    return Path.of(URI.create("file://" + directory.toUri().getRawPath() + raw));
  }

  private String child(String locale, String what) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                Stream.of(FileNames.class, FileNamesTest.class)
                    .map(FileNamesTest::placeOf)
                    .collect(Collectors.joining(":")),
                Child.class.getName(),
                what,
                directory.toString())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", locale);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String placeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return Path.of(URI.create(source.getLocation().toString())).toString();
  }

  private static String escaped(String text) {
    return text.chars()
        .mapToObj(c -> c > ' ' && c < 0x7f ? Character.toString(c) : "\\u%04x".formatted(c))
        .collect(Collectors.joining());
  }

  /** The program of a separate JVM. It has nothing but lofn-api and prints to standard output. */
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) throws IOException {
      Path exchange = Path.of(arguments[1]);
      DirectoryRun run = new DirectoryRun(exchange);
      PrintStream out = new PrintStream(System.out, true, UTF_8);
      out.print(arguments[0].equals("layouts") ? layouts(run) : invalid(run));
    }

    private static String layouts(DirectoryRun run) throws IOException {
      InputFiles.<String>text(name -> name, name -> name).wholeNames().write(NAMES.iterator(), run);
      Lines.text()
          .multiLine()
          .<String>toFilePerKey(name -> "keys/" + name, name -> name)
          .write(NAMES.iterator(), run);
      TreeMap<String, String> found = new TreeMap<>();
      try (Stream<String> files =
          OutputFiles.matching("input/**")
              .<String>text((name, text) -> found.put(name, text) == null ? name : "twice")
              .read(run)) {
        require(files.map(name -> name.substring(6)).sorted().toList(), sorted());
      }
      require(found.values().stream().sorted().toList(), sorted());
      try (Stream<BinaryFile> files = BinaryFile.fromDirectory("keys").read(run)) {
        require(files.map(BinaryFile::name).sorted().toList(), sorted());
      }
      try (Stream<String> lines =
          OutputFiles.matching("keys/\u00e4/?.txt").lines(Lines.text()).read(run)) {
        require(lines.toList(), List.of("\u00e4/\u00f6.txt"));
      }
      for (String name : NAMES) {
        try (Stream<String> lines = Lines.text().fromFile("keys/" + name).read(run)) {
          require(String.join("\n", lines.toList()).lines().toList(), name.lines().toList());
        }
      }
      return "the same";
    }

    private static List<String> sorted() {
      return NAMES.stream().sorted().toList();
    }

    private static String invalid(DirectoryRun run) throws IOException {
      List<String> said = new ArrayList<>();
      for (String glob : List.of("*.txt", "x?.txt", "*.log", "????.txt")) {
        try (Stream<String> texts =
            OutputFiles.matching(glob).orNone().<String>text((name, text) -> text).read(run)) {
          List<String> read = texts.toList();
          said.add(glob + (read.isEmpty() ? " is none" : " reads " + read.get(0)));
        } catch (LofnException e) {
          String message = String.valueOf(e.getMessage());
          String name = message.substring(message.indexOf('\'') + 1, message.indexOf("' of"));
          require(List.of(message.contains("is not UTF-8")), List.of(true));
          said.add(glob + " is not UTF-8" + (glob.startsWith("x") ? ": " + name : ""));
        }
      }
      return String.join("; ", said);
    }

    private static void require(List<?> actual, List<?> expected) {
      if (!actual.equals(expected)) {
        throw new AssertionError(escaped(actual + " instead of " + expected));
      }
    }
  }
}
