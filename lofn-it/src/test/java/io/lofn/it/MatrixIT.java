package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same file on every Spark that lofn is for, and with both of Spark's serializers; what the
 * bundle has relocated serves docker and podman, each by the oldest and by the newest Spark.
 */
@Tag("matrix")
class MatrixIT {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "3.5.9_2.12, Kryo, podman",
    "3.5.6_2.13, Java, cli",
    "4.1.3_2.13, Kryo, cli",
    "4.2.0_2.13, Java, podman",
  })
  void theBundleServesByItsPath(String version, String serializer, String runtime)
      throws Exception {
    String bundle = Submission.bundle().toString();
    run(
        version,
        List.of("docker", runtime),
        List.of("--jars", bundle, "--conf", serializer(serializer)));
  }

  @ParameterizedTest
  @CsvSource({"3.5.9_2.12, Java", "4.2.0_2.13, Kryo"})
  void theBundleServesByItsCoordinatesAndBringsNothingElse(String version, String serializer)
      throws Exception {
    Path jars = directory.resolve("ivy");
    List<String> arguments =
        List.of(
            "--packages",
            publish(directory.resolve("repository")),
            "--conf",
            "spark.jars.ivySettings=" + onlyThatRepository(),
            "--conf",
            "spark.jars.ivy=" + jars,
            "--conf",
            serializer(serializer));

    run(version, List.of("docker"), arguments);

    try (Stream<Path> files = Files.list(jars.resolve("jars"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .singleElement()
          .asString()
          .contains("lofn-bundle");
    }
  }

  private void run(String version, List<String> runtimes, List<String> arguments)
      throws IOException, InterruptedException {
    OperationsCheck check = new OperationsCheck(directory, runtimes);
    List<String> all =
        new ArrayList<>(
            List.of(
                "--master",
                "local[2]",
                "--conf",
                "spark.lofn.output.dir=" + directory.resolve("outputs")));
    all.addAll(arguments);
    all.addAll(check.program());
    try (Submission submission = Submission.start(SparkHome.of(version), directory, all)) {
      submission.await();
    }
    check.allIsRight();
  }

  private static String serializer(String name) {
    return "spark.serializer=org.apache.spark.serializer." + name + "Serializer";
  }

  /** Puts the bundle where Maven would, and tells its coordinates. */
  private static String publish(Path repository) throws IOException {
    Path jar = Submission.bundle();
    String name = jar.getFileName().toString().replace(".jar", "");
    String version = name.substring("lofn-bundle-".length());
    Path place = repository.resolve("io/lofn/lofn-bundle").resolve(version);
    Files.createDirectories(place);
    Files.copy(jar, place.resolve(name + ".jar"));
    Files.copy(jar.resolveSibling("lofn-bundle.pom"), place.resolve(name + ".pom"));
    return "io.lofn:lofn-bundle:" + version;
  }

  private Path onlyThatRepository() throws IOException {
    return Files.writeString(
        directory.resolve("ivysettings.xml"),
        """
        <ivysettings>
          <settings defaultResolver="here"/>
          <resolvers>
            <ibiblio name="here" m2compatible="true" root="%s"/>
          </resolvers>
        </ivysettings>
        """
            .formatted(directory.resolve("repository").toUri()));
  }
}
