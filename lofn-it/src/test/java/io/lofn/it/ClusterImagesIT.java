package io.lofn.it;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import io.lofn.spark.NodeImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.lang3.StringUtils;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images from a registry, for sixteen tasks at once on two executors of one node. */
@Timeout(value = 4, unit = MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterImagesIT {

  private static final int TASKS = 16;
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  @TempDir private static Path directory;

  private static Registry open;
  private static Registry closed;
  private static Path login;
  private static StandaloneCluster cluster;

  static List<Map<String, String>> runtimes() {
    Map<String, String> embedded = new TreeMap<>(EmbeddedNode.embedded());
    embedded.put("spark.lofn.embedded.insecureRegistries", "127.0.0.1");
    return Stream.concat(Engines.WITH_ENGINES.stream(), Stream.of(embedded)).toList();
  }

  @BeforeAll
  static void start() throws Exception {
    open = new Registry(Files.createDirectory(directory.resolve("open")), false);
    closed = new Registry(Files.createDirectory(directory.resolve("closed")), true);
    login = Files.createDirectory(directory.resolve("login"));
    Files.writeString(login.resolve("config.json"), "{}");
    Map<String, String> environment =
        Map.of(
            "DOCKER_CONFIG",
            login.toString(),
            "REGISTRY_AUTH_FILE",
            login.resolve("config.json").toString());
    // Podman itself asks a registry that is down four times within seven seconds.
    Map<String, String> twice = Map.of("spark.task.maxFailures", "2");
    cluster = new StandaloneCluster(directory, TASKS / 2, List.of(environment, environment), twice);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    closed.close();
    open.close();
  }

  @AfterEach
  void removeImages() {
    Engines.removeImages(name -> name.startsWith(open.host()) || name.startsWith(closed.host()));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void sixteenTasksAtOnceMakeOnePull(Map<String, String> runtime) throws Exception {
    String alone = open.push("busybox:1", repository("alone", runtime) + ":1");
    String crowded = open.push("busybox:1", repository("crowded", runtime) + ":1");
    Lofn lofn = lofn(runtime);
    int pushedAlone = requests("alone", runtime);
    int pushedCrowded = requests("crowded", runtime);
    assertThat(lofn.map(data(1), cat(alone)).count()).isEqualTo(1);
    int once = requests("alone", runtime) - pushedAlone;
    assertThat(once).isPositive();

    assertThat(lofn.map(data(TASKS), cat(crowded)).count()).isEqualTo(TASKS);

    assertThat(requests("crowded", runtime) - pushedCrowded).isEqualTo(once);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aJobBeforeTheJobPreparesAllNodes(Map<String, String> runtime) throws Exception {
    String image = open.push("busybox:1", repository("prepared", runtime) + ":1");
    Lofn lofn = lofn(runtime);

    List<NodeImage> prepared = lofn.prepareImages(cat(image), cat(image));

    assertThat(prepared).hasSize(1);
    assertThat(prepared.get(0).image()).isEqualTo(image);
    assertThat(prepared.get(0).runtime()).isEqualTo(runtime.get("spark.lofn.runtime"));
    int before = requests("prepared", runtime);
    assertThat(lofn.map(data(TASKS), cat(image).pullPolicy(PullPolicy.NEVER)).count())
        .isEqualTo(TASKS);
    assertThat(requests("prepared", runtime)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aWrongPasswordIsOneClearMessageAndARightOneWorks(Map<String, String> runtime)
      throws Exception {
    String image = closed.push("busybox:1", repository("closed", runtime) + ":1");
    JavaRDD<String> output = lofn(runtime).map(data(2), cat(image));

    Files.writeString(login.resolve("config.json"), closed.credentials("wrong"));
    assertFails(output, image, "ImageUnavailableException", "unauthorized|authentication|denied");

    Files.writeString(login.resolve("config.json"), closed.credentials(Registry.PASSWORD));
    assertThat(output.count()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anUnknownTagIsOneClearMessage(Map<String, String> runtime) throws Exception {
    open.push("busybox:1", repository("tagged", runtime) + ":1");
    String unknown = open.host() + "/" + repository("tagged", runtime) + ":2";
    assertFails(
        lofn(runtime).map(data(2), cat(unknown)),
        unknown,
        "ImageUnavailableException",
        "manifest unknown|not found");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aRegistryThatIsDownIsOneClearMessage(Map<String, String> runtime) {
    String image = "127.0.0.1:" + Registry.freePort() + "/lofn/any:1";
    assertFails(
        lofn(runtime).map(data(2), cat(image)), image, "EngineException", "connection refused");
  }

  private static void assertFails(
      JavaRDD<String> output, String image, String type, String reason) {
    Instant start = Instant.now();
    assertThatThrownBy(output::count)
        .satisfies(
            failure -> {
              String message = failure.getMessage();
              assertThat(message).containsPattern("(?i)" + reason);
              assertThat(StringUtils.countMatches(message, "io.lofn.api." + type + ": "))
                  .as(message)
                  .isEqualTo(1);
              assertThat(message).contains(image);
              assertThat(message).doesNotContain("wrong").doesNotContain(Registry.PASSWORD);
            });
    assertThat(Duration.between(start, Instant.now())).isLessThan(DEADLINE);
  }

  private static int requests(String name, Map<String, String> runtime) {
    return open.requests(repository(name, runtime)).size();
  }

  private static String repository(String name, Map<String, String> runtime) {
    return "lofn/"
        + name
        + runtime.values().stream()
            .filter(value -> value.matches("[a-z]+"))
            .map(value -> "-" + value)
            .collect(Collectors.joining());
  }

  private static Tool<String, String> cat(String image) {
    return Tool.pipe(image).command("cat");
  }

  private static JavaRDD<String> data(int partitions) {
    return new JavaSparkContext(cluster.spark().sparkContext())
        .parallelize(Collections.nCopies(partitions, "record"), partitions);
  }

  private static Lofn lofn(Map<String, String> runtime) {
    SparkSession session = cluster.spark().newSession();
    // Each of Spark's two attempts makes so many; a command line makes some of its own.
    session.conf().set("spark.lofn.engine.attempts", "2");
    runtime.forEach((key, value) -> session.conf().set(key, value));
    return Lofn.on(session);
  }
}
