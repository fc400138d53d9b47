package io.lofn.runtime.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of a class, and writes a line for each result: its state, name and stack. */
final class TestsInChild implements TestExecutionListener {

  private final PrintStream results;

  private TestsInChild(PrintStream results) {
    this.results = results;
  }

  /**
   * Runs the tests.
   *
   * @param arguments the file for the results, and names of classes, or of methods as {@code
   *     CLASS#METHOD}
   */
  public static void main(String[] arguments) throws IOException {
    try (PrintStream results = new PrintStream(Path.of(arguments[0]).toFile(), UTF_8)) {
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(Stream.of(arguments).skip(1).map(TestsInChild::selected).toList())
                  .build(),
              new TestsInChild(results));
    }
    System.exit(0);
  }

  private static DiscoverySelector selected(String name) {
    return name.contains("#")
        ? DiscoverySelectors.selectMethod(name)
        : DiscoverySelectors.selectClass(name);
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    write("SKIPPED", test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean failed = result.getStatus() != TestExecutionResult.Status.SUCCESSFUL;
    // A class counts only if it failed itself.
    if (test.isTest() || failed) {
      StringWriter stack = new StringWriter();
      result.getThrowable().ifPresent(e -> e.printStackTrace(new PrintWriter(stack)));
      write(result.getStatus().name(), test, stack.toString());
    }
  }

  private void write(String state, TestIdentifier test, String text) {
    results.printf(
        "%s\t%s\t%s%n", state, encoded(test.getDisplayName() + " " + parent(test)), encoded(text));
  }

  /** The method, whose name a repetition or a parameter does not show. */
  private static String parent(TestIdentifier test) {
    return test.getUniqueId().replaceAll(".*\\[(?:method|test-template):([^(]*).*", "$1");
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
