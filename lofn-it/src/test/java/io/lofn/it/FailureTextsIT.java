package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.it.job.FailingJobs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user sees of a failure, the driver's log included, as a whole. The texts are files; {@code
 * -Dlofn.golden.write=true} writes them anew, and then they are to be read.
 */
class FailureTextsIT {

  private static final Path DIRECTORY = Path.of("src/test/resources/failures");
  private static final int MOST_LINES = 60;

  @TempDir private static Path directory;
  private static final Map<String, List<String>> PRINTED = new LinkedHashMap<>();

  @BeforeAll
  static void runTheJobs() throws IOException {
    Path logging = Files.writeString(directory.resolve("log4j2.properties"), LOGGING);
    ChildJvm jvm =
        new ChildJvm(
            List.of(),
            Map.of(
                "log4j2.configurationFile",
                logging.toString(),
                "spark.lofn.probe",
                "never",
                "spark.local.dir",
                directory.resolve("local").toString()));
    ChildJvm.Ended ended =
        jvm.run(
            directory,
            FailingJobs.class,
            Files.createDirectory(directory.resolve("data")).toString());
    assertThat(ended.code()).as(ended.log()).isZero();
    List<String> lines = new ArrayList<>();
    for (String line : ended.log().lines().toList()) {
      if (line.startsWith(FailingJobs.MARK)) {
        lines = new ArrayList<>();
        PRINTED.put(line.substring(FailingJobs.MARK.length()), lines);
      } else {
        lines.add(line);
      }
    }
  }

  /** Spark's own pattern and the level of its shells. */
  private static final String LOGGING =
      """
      rootLogger.level = warn
      rootLogger.appenderRef.stderr.ref = console
      appender.console.type = Console
      appender.console.name = console
      appender.console.target = SYSTEM_ERR
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %p %c{1}: %m%n%ex
      """;

  @TestFactory
  Stream<DynamicTest> eachFailureIsToldInWordsThatAreKept() {
    return PRINTED.keySet().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertThatIsKept(name)));
  }

  @TestFactory
  Stream<DynamicTest> noFailureTakesMoreThanAScreen() {
    return PRINTED.keySet().stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name, () -> assertThat(linesOf(name)).isLessThan(MOST_LINES)));
  }

  /** Spark's own frames count, but for the failure that quotes as much of standard error as any. */
  private static long linesOf(String name) {
    return PRINTED.get(name).stream()
        .filter(line -> !name.equals("many-lines-of-stderr") || !line.startsWith("\tat "))
        .count();
  }

  @Test
  void thirtyFailuresAreKeptAndNoOther() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
          .containsExactlyInAnyOrderElementsOf(PRINTED.keySet())
          .hasSizeGreaterThanOrEqualTo(30);
    }
  }

  private static void assertThatIsKept(String name) throws IOException {
    Path file = DIRECTORY.resolve(name + ".txt");
    String text = String.join("\n", general(PRINTED.get(name))) + "\n";
    if (Boolean.getBoolean("lofn.golden.write")) {
      Files.createDirectories(DIRECTORY);
      Files.writeString(file, text);
    }
    assertThat(text).as("%s", file).isEqualTo(Files.readString(file));
  }

  /** The lines without what differs from node to node and from run to run. */
  private static List<String> general(List<String> lines) throws IOException {
    String host = InetAddress.getLocalHost().getHostName();
    List<String> general = new ArrayList<>();
    for (String line : lines) {
      String same = general(line).replace(directory.toString(), "DIRECTORY").replace(host, "NODE");
      boolean frame = same.startsWith("\tat ") || same.startsWith("\t... ");
      if (!frame) {
        general.add(same);
      } else if (!general.get(general.size() - 1).equals(FRAMES)) {
        general.add(FRAMES);
      }
    }
    return general;
  }

  private static final String FRAMES = "\tat ...";

  private static String general(String line) {
    return line.replaceAll("sha256:[0-9a-f]{64}", "sha256:DIGEST")
        .replaceAll("\\b[0-9a-f]{64}\\b", "CONTAINER")
        .replaceAll("\\blocal-\\d{13}\\b", "local-APPLICATION")
        .replaceAll("\\(TID \\d+\\)", "(TID TASK)")
        .replaceAll("\\b(task|stage) \\d+", "$1 N")
        .replaceAll("stage N\\.0", "stage N")
        .replaceAll("docker [0-9.]+[^ ]* \\(API [0-9.]+\\)", "docker VERSION (API VERSION)")
        .replaceAll("user \\d+:\\d+", "user UID:GID")
        .replaceAll("\\S*/lofn-\\d+/[^ ;,:)]*", "EXCHANGE")
        .replaceAll("\\d+ bytes free", "BYTES bytes free");
  }
}
