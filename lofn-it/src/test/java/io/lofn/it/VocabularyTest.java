package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names that were given up, as CHANGELOG.md lists them, are in no source and on no page. */
class VocabularyTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\| `\\w+` \\|$");
  private static final Pattern SEVERAL_WORDS =
      Pattern.compile("\\w*[a-z]\\w*[A-Z]\\w*|[A-Z]+_\\w+");

  /** Verbs and nouns that had other names in code; {@code \b} keeps them from parts of others. */
  private static final List<String> WORDS =
      List.of(
          "[Vv]erdicts?",
          "letGo",
          "judge[ds]?",
          "[Ss]weep(er|ers|s|ing)?",
          "lacks\\(\\)",
          "Lacking",
          "[Ww]orkplaces?",
          "[Ss]upervisors?",
          "[Ff]eeders?",
          "requireWanted",
          "spark\\.lofn\\.lacking",
          "io\\.lofn\\.core\\.gate");

  /** They say what was renamed. */
  private static final Set<String> ABOUT_OLD_NAMES =
      Set.of(
          "CHANGELOG.md",
          "DialectFileTest.java",
          "LofnConfig.java",
          "VocabularyTest.java",
          "LofnConfigTest.java",
          "FailingJobs.java",
          "renamed-key.txt");

  @Test
  void noNameOfSeveralWordsThatWasGivenUpIsLeft() throws IOException {
    List<String> old =
        renamed().stream().filter(name -> SEVERAL_WORDS.matcher(name).matches()).toList();

    assertThat(old).hasSizeGreaterThan(30);
    assertThat(lines(Pattern.compile("\\b(" + String.join("|", old) + ")\\b"))).isEmpty();
  }

  @Test
  void noTypeHasANameOfOneWordThatWasGivenUp() throws IOException {
    List<String> old =
        renamed().stream().filter(name -> !SEVERAL_WORDS.matcher(name).matches()).toList();
    Pattern declaration =
        Pattern.compile("\\b(class|enum|interface|record) (" + String.join("|", old) + ")\\b");

    assertThat(old).hasSizeGreaterThan(10);
    assertThat(lines(declaration))
        .filteredOn(
            line -> line.matches(".*/(lofn-core|lofn-spark|lofn-api|lofn-runtime-cli)/src/main/.*"))
        .isEmpty();
  }

  @Test
  void noWordThatWasGivenUpIsLeft() throws IOException {
    assertThat(lines(Pattern.compile("\\b(" + String.join("|", WORDS) + ")(?!\\w)"))).isEmpty();
  }

  private static List<String> renamed() throws IOException {
    String changes = Files.readString(ROOT.resolve("CHANGELOG.md"));
    int from = changes.indexOf("#### Renamed");
    Matcher row = ROW.matcher(changes.substring(from, changes.indexOf("####", from + 1)));
    return row.results().map(found -> found.group(1)).toList();
  }

  private static List<String> lines(Pattern pattern) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(VocabularyTest::isText)
          .flatMap(file -> lines(file, pattern))
          .collect(Collectors.toList());
    }
  }

  private static boolean isText(Path file) {
    Path name = file.getFileName();
    String path = file.toString();
    return path.matches(".*\\.(java|md|sh|properties|xml|c|py)|\\.\\./(dev|deploy)/[^.]+")
        && !path.contains("/target/")
        && !path.contains("/.git/")
        && Files.isRegularFile(file)
        && !ABOUT_OLD_NAMES.contains(name.toString());
  }

  private static Stream<String> lines(Path file, Pattern pattern) {
    try {
      return Files.readString(file)
          .lines()
          .filter(line -> pattern.matcher(line).find())
          .map(line -> file + ": " + line.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
