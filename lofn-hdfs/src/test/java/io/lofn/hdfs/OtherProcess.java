package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A separate JVM, like another executor of the node: on commands it stages a volume and releases
 * it, and prints its actions.
 */
final class OtherProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();

  private OtherProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(UTF_8);
  }

  static OtherProcess start(URI source, Path directory) throws IOException {
    return new OtherProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dorg.slf4j.simpleLogger.logFile=System.out",
                OtherProcess.class.getName(),
                source.toString(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Lets it continue, and does not wait for it. */
  void goOn() throws IOException {
    process.outputWriter(UTF_8).write("\n");
    process.outputWriter(UTF_8).flush();
  }

  /** Reads its output up to a line that contains a text, and returns that line. */
  String awaitLine(String text) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("It ended without '" + text + "': " + lines);
  }

  /** Waits for its end, and returns its output. */
  List<String> awaitEnd() throws IOException, InterruptedException {
    output.lines().forEach(lines::add);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError("It failed: " + lines);
    }
    return lines;
  }

  /** Kills it, so that it cannot clean up. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws Exception {
    kill();
  }

  /** The main method of the process. */
  public static void main(String[] arguments) throws IOException {
    TestFileSystem.opening =
        file -> {
          System.out.println("opened " + file);
          if (file.getName().equals("endless")) {
            awaitGoOn();
          }
        };
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    System.out.println("ready");
    in.readLine();
    try (VolumeStager stager =
            new HadoopVolumeStagerProvider()
                .create(new StagingConfig(Path.of(arguments[1]), TestFileSystem.CONFIGURATION));
        StagedVolume volume = stager.stage(URI.create(arguments[0]))) {
      System.out.println("staged " + volume.path());
      in.readLine();
    }
    System.out.println("let go");
  }

  private static void awaitGoOn() {
    try {
      TimeUnit.MINUTES.sleep(10);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
