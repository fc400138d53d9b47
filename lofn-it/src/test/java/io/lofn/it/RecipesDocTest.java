package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The recipes of docs/recipes.md are the methods of {@link Recipes}, which RecipesIT runs. */
class RecipesDocTest {

  private static final Path TESTS = Path.of("src/test/java/io/lofn/it");

  @Test
  void thePageHasEachMethodAndNoOtherCode() throws IOException {
    String source = Files.readString(TESTS.resolve("Recipes.java"));
    String methods =
        source.substring(source.indexOf("  static"), source.lastIndexOf('}')).stripTrailing();

    assertThat(String.join("\n\n", blocks())).isEqualTo(methods.stripIndent());
  }

  @Test
  void eachRecipeIsRun() throws IOException {
    String test = Files.readString(TESTS.resolve("RecipesIT.java"));
    List<String> names =
        Pattern.compile("^static [^(]* (\\w+)\\(", Pattern.MULTILINE)
            .matcher(String.join("\n", blocks()))
            .results()
            .map(name -> name.group(1))
            .toList();

    assertThat(names).hasSizeGreaterThan(15);
    assertThat(names).allSatisfy(name -> assertThat(test).contains("Recipes." + name + "("));
  }

  private static List<String> blocks() throws IOException {
    return Pattern.compile("```java\\n(.*?)\\n```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("../docs/recipes.md")))
        .results()
        .map(block -> block.group(1))
        .toList();
  }
}
