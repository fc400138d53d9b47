package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The versions that users import. */
class BomTest {

  @Test
  void namesEachModuleThatIsPublishedAndNoOther() {
    List<String> published =
        all("<module>(lofn-[a-z-]+)</module>", read("../pom.xml")).stream()
            .filter(module -> !module.equals("lofn-bom") && isPublished(module))
            .toList();

    assertThat(all("<artifactId>(lofn-[a-z-]+)</artifactId>", dependenciesOfTheBom()))
        .containsExactlyInAnyOrderElementsOf(published)
        .hasSizeGreaterThan(5);
  }

  private static String dependenciesOfTheBom() {
    String pom = read("../lofn-bom/pom.xml");
    return pom.substring(pom.indexOf("<dependencyManagement>"));
  }

  private static boolean isPublished(String module) {
    return !read("../" + module + "/pom.xml").contains("<maven.install.skip>true<");
  }

  private static List<String> all(String regex, String text) {
    return Pattern.compile(regex)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
