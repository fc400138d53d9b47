package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that a test runs to its end in a JVM of its own. */
final class ChildJvm {

  private static final int PATIENCE_MINUTES = 3;

  /**
   * How it ended.
   *
   * @param code its exit code
   * @param output what it printed
   * @param log what it wrote to standard error
   */
  record Ended(int code, String output, String log) {}

  private final List<String> wrapper;
  private final Map<String, String> settings;

  /**
   * @param wrapper a command that runs the one that follows it; may be empty
   * @param settings keys of Spark
   */
  ChildJvm(List<String> wrapper, Map<String, String> settings) {
    this.wrapper = wrapper;
    this.settings = settings;
  }

  Ended run(Path directory, Class<?> program, String... arguments) {
    return run(directory, System.getProperty("java.class.path"), program, arguments);
  }

  /**
   * @param classPath where its user finds classes
   */
  Ended run(Path directory, String classPath, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(SparkHome.shortLived());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-X"))
        .forEach(command::add);
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.driver.host=127.0.0.1");
    command.addAll(List.of("-cp", classPath, program.getName()));
    command.addAll(List.of(arguments));
    File log = directory.resolve("child.log").toFile();
    try {
      Process process = new ProcessBuilder(command).redirectError(Redirect.to(log)).start();
      try {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), output, Files.readString(log.toPath()));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new AssertionError("Cannot run " + command, e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }
}
