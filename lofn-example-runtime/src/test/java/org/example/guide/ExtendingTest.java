package org.example.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java of docs/extending.md stands in files that are compiled, and tested there. */
class ExtendingTest {

  @Test
  void everyExampleOfTheGuideIsCompiled() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "extending.md"));
    List<String> examples =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(guide)
            .results()
            .map((MatchResult block) -> withoutLayout(block.group(1)))
            .toList();
    String sources = sources();

    assertThat(examples).hasSizeGreaterThan(5);
    assertThat(examples)
        .allSatisfy(example -> assertThat(sources.contains(example)).as(example).isTrue());
  }

  private static String sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
        all.append(withoutLayout(Files.readString(file))).append('\n');
      }
      return all.toString();
    }
  }

  private static String withoutLayout(String java) {
    return java.replaceAll("\\s+", "");
  }
}
