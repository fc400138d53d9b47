package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What another user of the same node can do: executor and neighbour are two ordinary users, who
 * meet in a directory where everybody may make files, as in {@code /tmp}.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileNeighbourIT {

  private static final OrdinaryUser NEIGHBOUR = new OrdinaryUser(20_001);

  /** Nobody: Hadoop cannot do without a name. */
  private static final OrdinaryUser VICTIM = new OrdinaryUser(65_534);

  /** Put together when it is needed: no copy of this file or of its class has it. */
  private static final String SECRET = String.join("-", "s3cret", "of", "the", "tool");

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static Path base;
  private static String classPath;

  private Path shared;
  private Path home;
  private Path secret;

  @BeforeAll
  static void open() throws IOException {
    base = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-neighbours-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    // The tests' own would log to a file that this user may not write.
    Files.writeString(
        base.resolve("log4j2.properties"),
        """
        rootLogger.level = warn
        rootLogger.appenderRef.console.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.target = SYSTEM_ERR
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %-5p %c{1}: %m%n%ex
        """);
    classPath = VICTIM.classPath(Files.createDirectory(base.resolve("classes")));
  }

  @AfterAll
  static void delete() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }

  @BeforeEach
  void makePlaces() throws IOException {
    Path place = Files.createTempDirectory(base, "case-");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    shared = Files.createDirectory(place.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    home = Files.createDirectory(place.resolve("home"));
    Files.setAttribute(home, "unix:uid", VICTIM.id());
    Files.setAttribute(home, "unix:gid", VICTIM.id());
    secret = home.resolve("private");
    VICTIM.does(
        "umask 077; mkdir '%s/kept'; echo mine > '%s'; cp '%2$s' '%1$s/kept/file'"
            .formatted(home, secret));
  }

  @AfterEach
  void thePrivateFilesOfTheVictimAreWhatTheyWere() throws Exception {
    assertThat(secret).hasContent("mine");
    assertThat(home.resolve("kept/file")).hasContent("mine");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
  }

  /**
   * What a neighbour puts where the victim's files of runs go; %1$s is that, %2$s the victim's
   * home.
   */
  private static final List<String> PLANTS =
      List.of(
          "mkdir '%1$s'",
          "mkdir -m 777 '%1$s'",
          "mkdir '%1$s' && mkdir '%1$s/99999999-1-0-0' && ln -s '%2$s'"
              + " '%1$s/99999999-1-0-0/exchange'",
          "mkdir -m 777 '%1$s' && ln -s '%2$s' '%1$s/99999999-1-0-0'",
          "mkdir '%1$s' && ln -s '%2$s/private' '%1$s/x.lock'",
          "echo > '%1$s'",
          "mkfifo '%1$s'",
          "mkfifo -m 666 '%1$s'",
          "ln -s '%2$s' '%1$s'",
          "ln -s '%2$s/kept' '%1$s'",
          "ln -s '%2$s/nothing' '%1$s'",
          "ln -s '%1$s' '%1$s'");

  /** Runs one tool for each directory as the victim, whose files of runs lie there. */
  private ChildJvm.Ended victim(String script, List<Path> directories) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("spark.lofn.runtime", "process");
    settings.put("spark.local.dir", home.toString());
    settings.put("java.io.tmpdir", home.toString());
    settings.put("user.home", home.toString());
    settings.put("log4j2.configurationFile", base.resolve("log4j2.properties").toString());
    List<String> arguments = new ArrayList<>(List.of(script));
    directories.forEach(directory -> arguments.add(directory.toString()));
    return new ChildJvm(VICTIM.wrapper(), settings)
        .run(base, classPath, Victim.class, arguments.toArray(String[]::new));
  }

  @Test
  void whateverLiesWhereTheVictimsFilesGoIsOneClearErrorAtOnce() throws IOException {
    List<Path> directories = new ArrayList<>();
    for (String plant : PLANTS) {
      Path directory = Files.createDirectory(shared.resolve("" + directories.size()));
      Files.setAttribute(directory, "unix:mode", 01777);
      NEIGHBOUR.does(plant.formatted(directory.resolve("lofn-" + VICTIM.id()), home));
      directories.add(directory);
    }

    ChildJvm.Ended ended = victim("cat", directories);

    List<String> results = ended.output().lines().toList();
    assertThat(results).as(ended.log()).hasSameSizeAs(PLANTS);
    for (int i = 0; i < results.size(); i++) {
      Path own = directories.get(i).resolve("lofn-" + VICTIM.id());
      assertThat(results.get(i)).as(PLANTS.get(i)).startsWith("FAILED").contains(own.toString());
      if (PLANTS.get(i).startsWith("mkdir")) {
        assertThat(results.get(i)).contains("user " + NEIGHBOUR.id());
      }
    }
    try (var left = Files.list(home)) {
      assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("lofn-"));
    }
  }

  @Test
  void theNeighbourSeesNeitherFilesNorSecretsOfARun() throws Exception {
    Path told = Files.createDirectory(home.resolve("told"));
    Files.setAttribute(told, "unix:uid", VICTIM.id());
    Path started = told.resolve("started");
    Path go = told.resolve("go");
    CompletableFuture<ChildJvm.Ended> run =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return victim(
                    "cat; cd /shared; echo data > mine; pwd > '%s.new'; mv '%1$s.new' '%1$s'; until [ -e '%s' ]; do sleep 0.1; done"
                        .formatted(started, go),
                    List.of(shared));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    try {
      Engines.waitUntil(
          "the victim's tool runs",
          Duration.ofMinutes(2),
          () -> Files.exists(started) || run.isDone());
      assertThat(run).isNotDone();
      Path exchange = Path.of(Files.readString(started).strip());
      assertThat(exchange.resolve("mine")).hasContent("data\n");

      assertThat(NEIGHBOUR.tries("cat '%s/mine'; ls -R '%s'".formatted(exchange, shared)))
          .contains("Permission denied")
          .doesNotContain("data", "mine\n");
      assertThat(NEIGHBOUR.tries("grep -rl '%s' '%s' /tmp 2>/dev/null".formatted(SECRET, shared)))
          .isEmpty();
      assertThat(NEIGHBOUR.tries("cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null"))
          .contains(Victim.class.getName())
          .doesNotContain(SECRET);
    } finally {
      Files.createFile(go);
    }
    assertThat(run.get(2, TimeUnit.MINUTES).output()).startsWith("[a]");
  }

  static List<Map<String, String>> engines() {
    return Engines.ENGINES;
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aContainerThatCopiesLabelsIsNotTakenForOneOfLofn(Map<String, String> runtime)
      throws Exception {
    String engine = runtime.get("spark.lofn.runtime");
    String mark = Long.toString(System.nanoTime());
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.cleanup.interval", "1s");
    Tool<String, String> tool = Tool.pipe("busybox:1").label("org.example.neighbour", mark);
    JavaFutureAction<Long> running =
        SPARK
            .lofn(settings)
            .map(SPARK.context().parallelize(List.of("a"), 1), tool.shell("cat; sleep 600"))
            .countAsync();
    List<String> made = new ArrayList<>();
    try {
      Engines.waitUntil(
          "its tool runs", () -> !Engines.containers("org.example.neighbour=" + mark).isEmpty());
      String container = Engines.containers("org.example.neighbour=" + mark).get(0);
      Map<String, String> labels = labels(engine, container);
      String name = labels.get("io.lofn.run");
      String neighbours = "somebody-" + System.nanoTime();
      running.cancel(true);
      Engines.waitUntil("its run has ended", () -> !exists(engine, name));
      // With all labels of a run that is over; one has its name, which the labels agree with, too.
      String leftover = name;
      made.add(neighbours);
      start(engine, neighbours, labels);
      made.add(leftover);
      start(engine, leftover, labels);

      Engines.waitUntil("what lofn would have left is swept", () -> !exists(engine, leftover));
      assertThat(exists(engine, neighbours)).isTrue();
    } finally {
      running.cancel(true);
      made.forEach(each -> remove(engine, each));
    }
    SPARK.awaitNothingLeft();
  }

  private static Map<String, String> labels(String engine, String container) {
    Map<String, String> labels = new HashMap<>();
    Engines.run(
            engine,
            "inspect",
            "-f",
            "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{println}}{{end}}",
            container)
        .lines()
        .filter(line -> line.startsWith("io.lofn"))
        .forEach(line -> labels.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    return labels;
  }

  private static void start(String engine, String name, Map<String, String> labels) {
    List<String> command =
        new ArrayList<>(List.of(engine, "run", "-d", "--network=none", "--name", name));
    labels.forEach((key, value) -> command.addAll(List.of("--label", key + "=" + value)));
    command.addAll(List.of("busybox:1", "sleep", "600"));
    Engines.run(command.toArray(String[]::new));
  }

  private static boolean exists(String engine, String name) {
    return !Engines.run(engine, "ps", "-a", "-q", "--filter", "name=^" + name + "$").isBlank();
  }

  private static void remove(String engine, String name) {
    if (exists(engine, name)) {
      Engines.run(engine, "rm", "-f", name);
    }
  }

  /** A program with one tool, which has a secret. */
  static final class Victim {

    private Victim() {}

    public static void main(String[] arguments) {
      SparkSession spark =
          SparkSession.builder().master("local[1]").appName("victim").getOrCreate();
      try (JavaSparkContext context = new JavaSparkContext(spark.sparkContext())) {
        for (int i = 1; i < arguments.length; i++) {
          SparkSession session = spark.newSession();
          session.conf().set("spark.lofn.tmp.dir", arguments[i]);
          System.out.println(result(Lofn.on(session), context, arguments[0]));
        }
      }
    }

    private static String result(Lofn lofn, JavaSparkContext context, String script) {
      Tool<String, String> tool = Tool.pipe("any:1").env("TOKEN", SECRET).shell(script);
      try {
        return lofn.map(context.parallelize(List.of("a"), 1), tool).collect().toString();
      } catch (Exception e) { // Spark's is checked, and not declared
        StringBuilder said = new StringBuilder("FAILED");
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
          said.append("; ").append(cause.getMessage());
        }
        return said.toString().replace('\n', ' ');
      }
    }
  }
}
