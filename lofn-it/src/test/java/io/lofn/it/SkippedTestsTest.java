package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What Maven's usual switches skip in a module of lofn, tried on one that has a test of either kind
 * and no more. Its classes are there already, as after an earlier build.
 */
class SkippedTestsTest {

  private static final int PATIENCE_MINUTES = 3;

  /** Leaves a file that says that it ran. */
  private static final String TEST =
      """
      class %1$s {
        @org.junit.jupiter.api.Test
        void runs() throws java.io.IOException {
          java.nio.file.Files.createFile(java.nio.file.Path.of("%1$s.ran"));
        }
      }
      """;

  @TempDir private Path module;

  @ParameterizedTest
  @CsvSource({
    "-DskipTests,",
    "-DskipITs, StubTest.ran",
    "-DskipUTs, StubIT.ran",
    "-Dmaven.test.skip=true,",
  })
  void eachSwitchSkipsWhatEveryMavenUserExpects(String option, String ran) throws Exception {
    Files.writeString(module.resolve("pom.xml"), pom());
    compile("StubTest");
    compile("StubIT");

    build(option);

    try (Stream<Path> files = Files.list(module)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".ran"))
          .isEqualTo(ran == null ? List.of() : List.of(ran));
    }
  }

  private String pom() throws IOException {
    Path root = Path.of("..").toRealPath();
    return """
        <project>
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>io.lofn</groupId>
            <artifactId>lofn-parent</artifactId>
            <version>1.0.0-SNAPSHOT</version>
            <relativePath>%s/pom.xml</relativePath>
          </parent>
          <artifactId>lofn-stub</artifactId>
        </project>
        """
        .formatted(module.toRealPath().relativize(root));
  }

  private void compile(String test) throws IOException {
    Path classes = Files.createDirectories(module.resolve("target/test-classes"));
    Path source = Files.writeString(module.resolve(test + ".java"), TEST.formatted(test));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), source.toString()))
        .isZero();
  }

  private void build(String option) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString());
    // Whatever this needs, the build that runs this test has needed before.
    command.addAll(
        List.of("-B", "-o", "-Dmaven.repo.local=" + System.getProperty("maven.repo.local")));
    // What `verify` would come to, without all that does not run tests.
    command.addAll(List.of("surefire:test@default-test", "failsafe:integration-test@default"));
    command.addAll(List.of("failsafe:verify@default", option));
    Path log = module.resolve("log");
    ProcessBuilder maven =
        new ProcessBuilder(command)
            .directory(module.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()));
    maven.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1");
    Process process = maven.start();
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
