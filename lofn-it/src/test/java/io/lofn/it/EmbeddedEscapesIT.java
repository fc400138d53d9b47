package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A tool in a container without an engine reaches nothing of the node, whether its executor is root
 * or not. What it tries is in {@code escapes/attempts.py}; each is tried in a container of its own,
 * all with the same volume.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedEscapesIT {

  /** Nobody: Hadoop cannot do without a name. */
  private static final OrdinaryUser USER = new OrdinaryUser(65_534);

  /** The name of each attempt, and how many ways it tries at least. */
  private static final Map<String, Integer> ATTEMPTS =
      Map.ofEntries(
          Map.entry("mounts", 20),
          Map.entry("namespaces", 20),
          Map.entry("init", 60),
          Map.entry("helper", 20),
          Map.entry("signals", 3),
          Map.entry("kernel", 10),
          Map.entry("calls", 35),
          Map.entry("interfaces", 3),
          Map.entry("filtered", 9),
          Map.entry("descriptors", 3),
          Map.entry("devices", 20),
          Map.entry("nodes", 24),
          Map.entry("host", 100),
          Map.entry("set_uid", 4));

  private static final String SECRET = "s3cret-of-the-node";

  /** What each kind of executor has found, by the attempt. */
  private static final Map<String, Map<String, List<String>>> FOUND = new HashMap<>();

  private static Path base;

  @BeforeAll
  static void tryAll() throws IOException {
    base = Files.createTempDirectory(Path.of("/var/tmp"), "lofn-it-escapes-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    makeVolume(Files.createDirectory(base.resolve("volume")));
    Path archive = makeImage();
    Path classes = Files.createDirectory(base.resolve("classes"));
    String own = System.getProperty("java.class.path");
    FOUND.put("root", tried(new ChildJvm(List.of(), Map.of()), own, "root", archive));
    ChildJvm ofUser = new ChildJvm(USER.wrapper(), Map.of("user.home", base.resolve("user") + ""));
    FOUND.put("user", tried(ofUser, USER.classPath(classes), "user", archive));
  }

  @AfterAll
  static void delete() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }

  /** With all that a container must not make anything of, left there by whoever could. */
  private static void makeVolume(Path volume) throws IOException {
    Path secret = Files.writeString(base.resolve("secret"), SECRET);
    Files.createSymbolicLink(volume.resolve("absolute"), secret);
    Files.createSymbolicLink(volume.resolve("relative"), Path.of("../secret"));
    Files.createSymbolicLink(volume.resolve("through"), base);
    Engines.run("mknod", "-m", "666", volume.resolve("zero").toString(), "c", "1", "5");
    Engines.run("mknod", "-m", "666", volume.resolve("disk").toString(), "b", "7", "0");
    Files.copy(Path.of("/bin/busybox"), volume.resolve("set-uid"));
    Engines.run("chmod", "6755", volume.resolve("set-uid").toString());
    try (InputStream program =
        EmbeddedEscapesIT.class.getResourceAsStream("/escapes/attempts.py")) {
      Files.copy(Objects.requireNonNull(program), volume.resolve("attempts.py"));
    }
  }

  /** The image with Python, and with a program in it that belongs to root and is set-uid. */
  private static Path makeImage() throws IOException {
    String name = "lofn-it/set-uid-" + UUID.randomUUID() + ":1";
    Path archive = base.resolve("image.tar");
    String id = Engines.run("docker", "create", "lofn/align:12", "sh").strip();
    Engines.run("docker", "cp", base.resolve("volume/set-uid").toString(), id + ":/set-uid");
    Engines.exclusivelyOnImages("docker", "commit", id, name);
    Engines.run("docker", "rm", id);
    Engines.run("docker", "save", "-o", archive.toString(), name);
    Engines.exclusivelyOnImages("docker", "rmi", name);
    Engines.run("chmod", "644", archive.toString());
    Files.writeString(base.resolve("image.name"), name);
    return archive;
  }

  private static Map<String, List<String>> tried(
      ChildJvm jvm, String classPath, String executor, Path archive) throws IOException {
    Path home = Files.createDirectory(base.resolve(executor));
    if (executor.equals("user")) {
      Files.setAttribute(home, "unix:uid", USER.id());
      Files.setAttribute(home, "unix:gid", USER.id());
    }
    ChildJvm.Ended ended =
        jvm.run(
            base,
            classPath,
            Tries.class,
            home.toString(),
            archive.toString(),
            Files.readString(base.resolve("image.name")));
    assertThat(ended.code()).as(ended.log()).isZero();
    Map<String, List<String>> found = new HashMap<>();
    ended
        .output()
        .lines()
        .map(line -> line.split(" ", 2))
        .forEach(line -> found.computeIfAbsent(line[0], n -> new ArrayList<>()).add(line[1]));
    return found;
  }

  static Stream<Arguments> attempts() {
    return Stream.of("root", "user")
        .flatMap(
            executor ->
                ATTEMPTS.entrySet().stream()
                    .map(each -> Arguments.of(executor, each.getKey(), each.getValue())));
  }

  @ParameterizedTest
  @MethodSource("attempts")
  void noneSucceeds(String executor, String attempt, int times) {
    assertThat(FOUND.get(executor).get(attempt))
        .singleElement()
        .asString()
        .matches(tried -> Integer.parseInt(tried.replace("tried ", "")) >= times, "tries " + times);
  }

  /** A program that runs a tool for each attempt. */
  static final class Tries {

    private Tries() {}

    public static void main(String[] arguments) {
      Path home = Path.of(arguments[0]);
      Path volume = home.resolveSibling("volume");
      SparkSession spark =
          SparkSession.builder()
              .master("local[2]")
              .appName("tries")
              .config("spark.local.dir", home.resolve("local").toString())
              .config("spark.lofn.probe", "never")
              .config("spark.lofn.runtime", "embedded")
              .config("spark.lofn.embedded.dir", home.resolve("embedded").toString())
              .getOrCreate();
      try (JavaSparkContext context = new JavaSparkContext(spark.sparkContext())) {
        Tool<String, String> tool =
            Tool.pipe(arguments[2])
                .imageArchive(arguments[1])
                .volume(Volume.of("file:" + volume).at("/volume"))
                .command("python3", "/volume/attempts.py", volume.resolveSibling("secret") + "");
        List<String> names = List.copyOf(ATTEMPTS.keySet());
        Lofn.on(spark)
            .map(context.parallelize(names, names.size()), tool)
            .collect()
            .forEach(System.out::println);
      }
    }
  }
}
