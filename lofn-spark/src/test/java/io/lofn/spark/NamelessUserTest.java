package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.NodeLocks;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.task.TaskIdentity;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executors whose user the system has no name for, or one that is none of a file. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NamelessUserTest {

  @TempDir private Path directory;

  /** As a container whose user has no entry in passwd; the JVM then reports {@code ?}. */
  @Test
  void aMapOverAPipeToolSucceedsWithoutANameOfTheUser() throws Exception {
    Path log = directory.resolve("child.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-X"))
        .forEach(command::add);
    command.addAll(
        List.of("-Duser.name=?", "-Duser.home=?", "-Dspark.driver.host=127.0.0.1", "-cp"));
    command.addAll(
        List.of(System.getProperty("java.class.path"), Upper.class.getName(), "" + directory));

    Process child = new ProcessBuilder(command).redirectError(Redirect.to(log.toFile())).start();
    String output = new String(child.getInputStream().readAllBytes(), UTF_8);

    assertThat(child.waitFor()).as(Files.readString(log)).isZero();
    assertThat(output.strip()).isEqualTo("[A, B, C]");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(log);
    }
  }

  /** The program of that JVM. */
  static final class Upper {

    private Upper() {}

    public static void main(String[] arguments) {
      assertThat(ProcessUser.name()).isEmpty();
      try (JavaSparkContext spark =
          new JavaSparkContext(
              LocalSpark.start(Map.of("spark.lofn.tmp.dir", arguments[0])).sparkContext())) {
        System.out.println(
            Lofn.on(spark)
                .map(
                    spark.parallelize(List.of("a", "b", "c"), 2),
                    Tool.pipe("any:1").command("tr", "a-z", "A-Z"))
                .collect());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?", "", " ", "a b", "DOMAIN\\user", "a/b", "..", "../../up", "/abs", "*"})
  void whateverTheUserIsCalledItsFilesLieWhereTheyBelong(String name) throws Exception {
    String known = System.setProperty("user.name", name);
    try {
      LofnConfig conf = new LofnConfig(Map.of("spark.lofn.tmp.dir", directory.toString()));
      try (ExchangeDirectories exchanges =
          new ExchangeDirectories(
              new NodeEnvironment(List.of(directory)), ProcessIdentity.current(), conf)) {
        try (Exchange exchange = exchanges.create(new TaskIdentity("local-1", 2, 3, 0, 17), false);
            NodeLocks.Held held = new NodeLocks(conf).hold("name", Duration.ofSeconds(10))) {
          assertThat(exchange.directory()).startsWith(directory);
          try (Stream<Path> own = Files.list(directory)) {
            assertThat(own)
                .hasSize(1)
                .allMatch(path -> path.getFileName().toString().matches("lofn-\\d+"));
          }
        }
      }
    } finally {
      System.setProperty("user.name", known);
    }
  }

  @Test
  void theNumbersAreThoseOfTheFilesThatThisProcessMakes() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(ProcessUser.current().owns(file)).isTrue();
    assertThat(ProcessUser.current())
        .hasToString(
            "%s:%s", Files.getAttribute(file, "unix:uid"), Files.getAttribute(file, "unix:gid"));
  }
}
