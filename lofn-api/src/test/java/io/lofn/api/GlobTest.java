package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

  private static final String SYMBOLS = "aab./*?{,}[]!-\\^$+&";
  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "ab",
          "a.b",
          "a/b",
          "aa/b.a",
          "a/b/a",
          "-",
          "a-b",
          "!",
          "^",
          "$",
          "a,b",
          "{a}",
          "a&&b",
          "\\",
          "a\\b",
          "a+",
          "?",
          "*",
          "[a]",
          ".a",
          "a.",
          "..a",
          "\u00e4",
          "\uD83D\uDE00");

  /** Where there are no line terminators, Java's own patterns are right. */
  @Test
  void patternsMeanWhatTheyMeanToJava() {
    Random random = new Random(7);
    int compared = 0;
    for (int i = 0; i < 50_000; i++) {
      String glob =
          random
              .ints(1 + random.nextInt(7), 0, SYMBOLS.length())
              .mapToObj(at -> SYMBOLS.substring(at, at + 1))
              .collect(Collectors.joining());
      Pattern ours = compiled(glob);
      PathMatcher javas = ofJava(glob);
      if (ours != null && javas != null) {
        for (String name : NAMES) {
          String normal = glob.startsWith("./") ? "./" + name : name;
          assertThat(ours.matcher(name).matches())
              .as("'%s' on '%s'", glob, name)
              .isEqualTo(javas.matches(Path.of(normal)));
        }
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(5_000);
  }

  private static @Nullable PathMatcher ofJava(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      return null;
    }
  }

  private static @Nullable Pattern compiled(String glob) {
    try {
      return Glob.compile(glob);
    } catch (LofnException | PatternSyntaxException e) {
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "**", "out?a", "out[!x]a", "o*a", "{x,out*}", "./o**a"})
  void everyLineTerminatorIsACharacterLikeOthers(String glob) {
    for (String end : List.of("\n", "\r", "\u0085", "\u2028", "\u2029", "\u000b", "\f")) {
      assertThat(Glob.compile(glob).matcher("out" + end + "a").matches()).as(glob).isTrue();
    }
    assertThat(Glob.compile(glob).matcher("out\n").matches())
        .isEqualTo(List.of("*", "**", "{x,out*}").contains(glob));
    assertThat(Glob.compile("a").matcher("a\n").matches()).isFalse();
    assertThat(Glob.compile("**.vcf").matcher("out/\n/\r\n.vcf").matches()).isTrue();
  }

  @Test
  void aLeadingDotIsPassedOver() {
    assertThat(Glob.compile("./out/*").matcher("out/a").matches()).isTrue();
    assertThat(Glob.compile("././out/*").matcher("out/a").matches()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "./",
        ".",
        "..",
        "/",
        "/shared/counts/*",
        "//a",
        ".//a",
        "out/",
        "out/*/",
        "**/",
        "out//a",
        "out/./a",
        "out/.",
        "../x",
        "out/../x",
        "out/..",
        "*/../x",
        "{/shared/a,b}",
        "{a,/b}",
        "{out/,a}",
        "a/{b,}/c",
        "{./a,b}",
        "{..,b}/c",
        "\\./\\../x",
        "out\\/",
        "a\0b"
      })
  void whatCanMatchNoFileIsRefusedWhenTheLayoutIsMade(String glob) {
    assertThatThrownBy(() -> OutputFiles.matching(glob))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("relative to");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{a", "[a", "[]", "[!]", "[a/b]", "[b-a]", "{a,{b}}", "a\\", "[a-b-c]"})
  void whatIsNoPatternIsRefused(String glob) {
    assertThatThrownBy(() -> OutputFiles.matching(glob)).isInstanceOf(PatternSyntaxException.class);
    assertThatThrownBy(() -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
        .isInstanceOf(PatternSyntaxException.class);
  }

  @Test
  void alternativesMayEndInTheMiddleOfAPart() {
    Pattern pattern = Glob.compile("{,x/}a.{vcf,bcf}");

    assertThat(Arrays.asList("a.vcf", "x/a.bcf")).allMatch(name -> pattern.matcher(name).matches());
    assertThat(pattern.matcher("y/a.vcf").matches()).isFalse();
  }
}
