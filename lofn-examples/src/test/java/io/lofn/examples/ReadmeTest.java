package io.lofn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the README, as it stands there, compiled and run. */
class ReadmeTest {

  private static final String PROGRAM =
      """
      import io.lofn.api.*;
      import io.lofn.spark.*;
      import java.util.*;
      import org.apache.spark.api.java.*;
      import org.apache.spark.sql.*;

      public class Readme implements java.util.concurrent.Callable<List<String>> {
        public List<String> call() {
          %s
          spark.stop();
          return totals;
        }
      }
      """;

  @TempDir private Path directory;

  @Test
  void theTwelveLinesCountWords() throws Exception {
    Path text = Files.writeString(directory.resolve("book.txt"), "b a\na c a\nb\n");
    String lines = javaOf(Files.readString(Path.of("..", "README.md")));
    Path source = directory.resolve("Readme.java");
    Files.writeString(source, PROGRAM.formatted(lines.replace("book.txt", text.toString())));

    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
        .isZero();
    assertThat(lines.lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(12);
    assertThat(run()).asString().isEqualTo("[3 a, 2 b, 1 c]");
  }

  private static String javaOf(String markdown) {
    Matcher java = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(markdown);
    assertThat(java.find()).isTrue();
    return java.group(1);
  }

  private Object run() throws Exception {
    Map<String, String> conf =
        Map.of(
            "spark.master",
            "local[2]",
            "spark.ui.enabled",
            "false",
            "spark.lofn.runtime",
            "process");
    conf.forEach(System::setProperty);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Object program = loader.loadClass("Readme").getConstructor().newInstance();
      return ((Callable<?>) program).call();
    } finally {
      conf.keySet().forEach(System::clearProperty);
    }
  }
}
