package io.lofn.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.api.Volume;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One program, one result, whatever runs it: engines, programs without one, a third party's. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EveryRuntimeIT {

  private static final String IMAGE = "busybox:1";

  private static final Lines BYTES = Lines.text().charset(ISO_8859_1);

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;

  static List<Map<String, String>> runtimes() {
    String unpackedImages =
        Objects.requireNonNull(
            System.getenv("LOFN_CHARLIECLOUD_IMAGES"),
            "LOFN_CHARLIECLOUD_IMAGES is not set: eval \"$(dev/engines env)\"");
    List<Map<String, String>> all = new ArrayList<>(Engines.RUNTIMES);
    all.add(
        Map.of(
            "spark.lofn.runtime",
            "cli",
            "spark.lofn.cli.dialect",
            "charliecloud",
            "spark.lofn.cli.images",
            unpackedImages));
    all.add(
        Map.of("spark.lofn.runtime", "bubblewrap", "spark.lofn.bubblewrap.images", unpackedImages));
    return all;
  }

  /** The test image with volumes at, above and below what lofn mounts; each engine has its own. */
  private static final String DECLARING = "lofn-it/volumes-" + UUID.randomUUID() + ":1";

  private static final List<String> VOLUMES =
      List.of("/shared/out", "/shared/./in/", "/shared/a/b", "/tmp/cache", "/data", "/own", "/tmp");

  @BeforeAll
  static void makeImage(@TempDir Path images) {
    for (String engine : List.of("docker", "podman")) {
      String id = Engines.run(engine, "create", "--network=none", IMAGE, "sh").strip();
      List<String> commit = new ArrayList<>(List.of(engine, "commit"));
      VOLUMES.forEach(volume -> commit.addAll(List.of("--change", "VOLUME " + volume)));
      commit.addAll(List.of(id, DECLARING));
      Engines.run(commit.toArray(String[]::new));
      Engines.run(engine, "rm", id);
    }
    Path archive = images.resolve("declaring.tar");
    Engines.run("docker", "save", "-o", archive.toString(), DECLARING);
    EmbeddedNode.loadArchive(archive);
  }

  @AfterAll
  static void removeImage() {
    List.of("docker", "podman")
        .forEach(engine -> Engines.exclusivelyOnImages(engine, "rmi", DECLARING));
  }

  /** Where an image is a directory of files it declares nothing, and the tool finds the same. */
  private static String declaringImage(Map<String, String> runtime) {
    return Engines.RUNTIMES.contains(runtime) ? DECLARING : IMAGE;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void noVolumeOfAnImageHidesInputsOrOutputs(Map<String, String> runtime) throws IOException {
    Files.writeString(directory.resolve("name"), "reference\n");
    boolean declares = declaringImage(runtime).equals(DECLARING);
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.container.reuse.idle", "1s");
    // What an engine keeps from run to run has no warm container; asking for one changes nothing.
    for (boolean reuse : declares ? List.of(false, true) : List.of(false)) {
      Tool<String, String> tool =
          Tool.of(declaringImage(runtime), BYTES.toFile("in/a.txt"), BYTES.fromFile("out/r.txt"))
              .volume(Volume.of(directory.toString()).at("/data/ref"))
              .reuseContainer(reuse)
              .workdir("/shared/a/b/made/here")
              .shell(
                  "mkdir -p /shared/out /tmp/cache; cat /shared/in/a.txt /data/ref/name >"
                      + " /shared/out/r.txt && pwd >> /shared/out/r.txt && ls -A /shared/out"
                      + " /shared/a/b /tmp /tmp/cache >> /shared/out/r.txt 2>&1; if [ -d /own ];"
                      + " then ls -A /own | wc -l >> /shared/out/r.txt; touch /own/left; fi");
      List<String> records =
          SPARK
              .lofn(settings)
              .map(SPARK.context().parallelize(List.of("x", "y", "z"), 3), tool)
              .collect();

      assertThat(records).containsSubsequence("x", "reference", "y", "reference", "z", "reference");
      assertThat(Collections.frequency(records, "/shared/a/b/made/here")).isEqualTo(3);
      assertThat(Collections.frequency(records, "r.txt")).isEqualTo(3);
      assertThat(records).doesNotContain("1", "left");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theVolumesOfAnImageGoWithTheContainer(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(declaringImage(runtime)).shell("cat; grep ' /own ' /proc/self/mountinfo || true");
    List<String> records =
        SPARK.lofn(runtime).map(SPARK.context().parallelize(List.of("x"), 1), tool).collect();

    List<String> names =
        Pattern.compile("[0-9a-f]{64}")
            .matcher(String.join("\n", records))
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(names.isEmpty()).isEqualTo(!Engines.WITH_ENGINES.contains(runtime));
    for (String engine : List.of("docker", "podman")) {
      assertThat(Engines.run(engine, "volume", "ls", "-q").lines())
          .doesNotContainAnyElementsOf(names.isEmpty() ? List.of("") : names);
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void localhostIsKnownWhateverTheUserAndWhereverTheRootIsReadOnly(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .readOnlyRoot()
            .shell("cat; grep -q '^127.*localhost' /etc/hosts && echo known || echo unknown");
    boolean engine = Engines.RUNTIMES.contains(runtime);
    Tool<String, String> any = engine ? tool.user("12345:23456") : tool;
    List<String> records =
        SPARK.lofn(runtime).map(SPARK.context().parallelize(List.of("x"), 1), any).collect();
    // Programs without an engine show the image's own file, and this image has none, or an empty
    // one.
    assertThat(records).containsExactly("x", engine ? "known" : "unknown");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void countsWordsAsTheToolsOfThisMachineDo(Map<String, String> runtime) throws Exception {
    Tool<String, String> count =
        Tool.of(IMAGE, BYTES.toFile("input.txt"), BYTES.fromFile("output.txt"))
            .env("LC_ALL", "C")
            .shell("tr -s ' ' '\\n' < /shared/input.txt | sort | uniq -c > /shared/output.txt");
    Tool<String, String> merge =
        Tool.of(IMAGE, BYTES.toStdin(), BYTES.fromStdout())
            .env("LC_ALL", "C")
            .shell("awk '{n[$2] += $1} END {for (w in n) print n[w], w}' | sort -k1,1nr -k2");
    List<String> lines = lines();
    Path text =
        Files.write(
            directory.resolve("text"), (String.join("\n", lines) + "\n").getBytes(ISO_8859_1));
    Lofn lofn = SPARK.lofn(runtime);

    JavaRDD<String> counts = lofn.map(SPARK.context().parallelize(lines, 3), count);

    assertThat(lofn.reduce(counts, merge).collect())
        .hasSizeGreaterThan(100)
        .containsExactlyElementsOf(countedHere(text));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aPipelineWhoseFirstCommandFailsIsNoSuccess(Map<String, String> runtime) {
    JavaRDD<String> lines =
        SPARK
            .lofn(runtime)
            .map(
                SPARK.context().parallelize(List.of("b", "a"), 1),
                Tool.pipe(IMAGE).shell("sotr | uniq"));

    assertThatThrownBy(lines::collect)
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class, failure -> assertThat(failure.exitCode()).hasValue(127))
        .hasMessageContaining("sh -c 'sotr | uniq'")
        .hasMessageContaining("pipefail   set");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void binaryOutputsAreTheSame(Map<String, String> runtime) throws IOException {
    byte[] noise = new byte[1 << 20];
    new Random(7).nextBytes(noise);
    Path inputs = Files.createDirectory(directory.resolve("inputs"));
    Files.write(inputs.resolve("a"), noise);
    Files.write(inputs.resolve("b"), new byte[0]);
    Files.write(inputs.resolve("c"), "text\r\n\0".getBytes(ISO_8859_1));
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.output.dir", "file:" + directory.resolve("outputs"));
    Lofn lofn = SPARK.lofn(settings);

    Tool<BinaryFile, BinaryFile> join =
        Tool.of(IMAGE, BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
            .shell("cd /shared && cat input_*.bin > output.bin");
    try (BinaryOutputs joined =
        lofn.reduceBinary(
            SPARK.context().binaryFiles(inputs.toString(), 3), join, ReduceShape.fanIn(2))) {
      assertThat(joined.bytes()).isEqualTo(concat(inputs));
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void whatAToolCopiesOfAVolumeIsTheToolsToChangeAndTheVolumeIsNot(Map<String, String> runtime)
      throws Exception {
    Path plain = Files.createDirectory(directory.resolve("plain"));
    Files.writeString(plain.resolve("ref"), "reference\n");
    Path archive = directory.resolve("ref.tar");
    Engines.run("tar", "-cf", archive.toString(), "-C", plain.toString(), "ref");
    boolean protects =
        !String.valueOf(runtime.get("spark.lofn.cli.dialect")).equals("charliecloud");
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .volume(Volume.of("file:" + plain).at("/data/plain"))
            .volume(Volume.of("file:" + archive).at("/data/copy").unpacked())
            .shell(
                "for each in plain copy; do cp -r /data/$each /shared/$each; "
                    + (protects ? "" : "chmod -R u+w /shared/$each; ")
                    + "stat -c %A /shared/$each /shared/$each/ref; echo more >> /shared/$each/ref;"
                    + " echo index > /shared/$each/ref.fai; cat /shared/$each/ref; "
                    + (protects ? "echo lost > /data/$each/ref; " : "")
                    + "done 2>/dev/null; true");

    assertThat(
            SPARK.lofn(runtime).map(SPARK.context().parallelize(List.of("x"), 1), tool).collect())
        .containsExactlyElementsOf(
            Collections.nCopies(2, List.of("drwxr-xr-x", "-rw-r--r--", "reference", "more"))
                .stream()
                .flatMap(List::stream)
                .toList());
    assertThat(plain.resolve("ref")).hasContent("reference\n");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void temporaryFilesLieOnTheDiskOfTheExchangeAndGoWithTheRun(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell(
                "ls -A /tmp; date > $(mktemp); stat -c %d /tmp /shared | uniq | wc -l; ls /tmp | wc"
                    + " -l");

    assertThat(
            SPARK
                .lofn(runtime)
                .map(SPARK.context().parallelize(List.of("a", "b"), 2), tool)
                .collect())
        .containsExactly("1", "1", "1", "1");
  }

  /**
   * What a runtime says of one run, and of where it starts; and the stage, by which ways differ.
   */
  private static final Pattern EACH_RUNS_OWN =
      Pattern.compile("(HOSTNAME|LOFN_CONTAINER|PWD|LOFN_STAGE)=");

  /** The ways on which a command may be started, as settings of a session. */
  private static List<Map<String, String>> ways(Map<String, String> runtime) {
    List<Map<String, String>> ways = new ArrayList<>();
    for (String[] way :
        new String[][] {
          {"spark.lofn.container.pipes", "true"},
          {"spark.lofn.container.pipes", "false"},
          {"spark.lofn.container.reuse", "true"}
        }) {
      Map<String, String> settings = new HashMap<>(runtime);
      settings.put(way[0], way[1]);
      settings.put("spark.lofn.container.reuse.idle", "1s");
      ways.add(settings);
    }
    return ways;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatCannotBeExecutedFailsWhateverExitCodesItAccepts(Map<String, String> runtime) {
    for (Map<String, String> way : ways(runtime)) {
      for (String program : List.of("no-such-program", "/etc/passwd/x")) {
        JavaRDD<String> output =
            SPARK
                .lofn(way)
                .map(
                    SPARK.context().parallelize(List.of("a"), 1),
                    Tool.pipe(IMAGE).command(program).acceptedExitCodes(0, 1, 126, 127));

        assertThatThrownBy(output::collect)
            .hasStackTraceContaining("the tool could not be executed")
            .hasStackTraceContaining(program);
      }
      assertThat(
              SPARK
                  .lofn(way)
                  .map(
                      SPARK.context().parallelize(List.of("a"), 1),
                      Tool.pipe(IMAGE).shell("exit 127").acceptedExitCodes(127))
                  .collect())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void eachRunFindsWhichOneItIsAndAHomeOnEveryWay(Map<String, String> runtime) throws IOException {
    List<String> names = List.of("a a.txt", "b.txt");
    for (String name : names) {
      Files.writeString(directory.resolve(name), name + "\n");
    }
    for (Map<String, String> way : ways(runtime)) {
      for (Tool<String, String> tool :
          List.of(
              Tool.pipe(IMAGE),
              Tool.of(IMAGE, BYTES.toFile("input.txt"), BYTES.fromFile("output.txt")))) {
        Tool<String, String> limited =
            tool.cpus(2).memory(256L << 20).unsupportedFeatures(UnsupportedFeaturePolicy.WARN);
        String out = tool.output().usesStdout() ? "" : "exec > /shared/output.txt; ";
        Lofn lofn = SPARK.lofn(way);
        JavaRDD<String> ofFiles = SPARK.context().textFile(directory.toString(), 1);
        List<String> found = lofn.map(ofFiles, limited.shell(out + WHICH_ONE)).collect();

        assertThat(found).hasSize(names.size());
        for (int i = 0; i < found.size(); i++) {
          String file = found.get(i).replaceFirst(".*/", "");
          assertThat(names).contains(file);
          assertThat(found.get(i))
              .isEqualTo(
                  "%d 0 2 2 268435456 C.UTF-8 UTC /tmp empty written core=0 file:%s"
                      .formatted(i, directory.resolve(file)));
        }
      }
      // After a shuffle Spark knows no file, and a warm container keeps none of another run.
      JavaRDD<String> shuffled = SPARK.context().textFile(directory.toString(), 1).repartition(1);
      assertThat(
              SPARK
                  .lofn(way)
                  .map(shuffled, Tool.pipe(IMAGE).shell("echo ${LOFN_INPUT_FILE-none}"))
                  .collect())
          .containsExactly("none");
    }
  }

  private static final String WHICH_ONE =
      "cat > /dev/null; [ -z \"$(ls -A ~)\" ] && left=empty; mkdir -p ~/.cache/x && made=written;"
          + " echo $LOFN_PARTITION $LOFN_ATTEMPT $LOFN_CPUS $OMP_NUM_THREADS $LOFN_MEMORY $LC_ALL"
          + " $TZ $HOME $left $made core=$(ulimit -c) \"$LOFN_INPUT_FILE\"";

  @ParameterizedTest
  @MethodSource("runtimes")
  void aDatasetsRunFindsTheFileOfItsRecords(Map<String, String> runtime) throws IOException {
    Path file = Files.writeString(directory.resolve("x.txt"), "x\n");
    List<String> found =
        SPARK
            .lofn(runtime)
            .map(
                SPARK.session(Map.of()).read().textFile(file.toString()),
                Tool.pipe(IMAGE).shell("cat > /dev/null; echo $LOFN_INPUT_FILE"),
                Encoders.STRING())
            .collectAsList();
    assertThat(found).containsExactly("file://" + file);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theEnvironmentIsTheSameOnEveryWay(Map<String, String> runtime) {
    // As images of Debian have it, dash is the shell of the second one. No shell takes the third.
    Tool<String, String> named = Tool.pipe(IMAGE).env("go", "$go").env("number", "7");
    Tool<String, String> dash = Tool.pipe("lofn/debian:12").env("go", "$go").env("number", "7");
    Tool<String, String> awkward =
        named.env("my.opt", "dotted").env("FOO-BAR", "'dashed'\n").env("IFS", "x");
    for (Tool<String, String> tool :
        List.of(
            named.command("env", "-0"), dash.command("env", "-0"), awkward.command("env", "-0"))) {
      List<List<String>> found = new ArrayList<>();
      for (Map<String, String> way : ways(runtime)) {
        found.add(
            Stream.of(
                    String.join(
                            "\n",
                            SPARK
                                .lofn(way)
                                .map(SPARK.context().parallelize(List.of("a"), 1), tool)
                                .collect())
                        .split("\0"))
                .filter(each -> !EACH_RUNS_OWN.matcher(each).lookingAt())
                .sorted()
                .toList());
      }

      assertThat(found.get(0)).contains("go=$go", "number=7");
      if (tool.settings().environment().containsKey("IFS")) {
        assertThat(found.get(0)).contains("my.opt=dotted", "FOO-BAR='dashed'\n", "IFS=x");
      }
      assertThat(found.get(1)).isEqualTo(found.get(0));
      assertThat(found.get(2)).isEqualTo(found.get(0));
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aPauseBetweenMembersIsNotTheEndOfTheOutput(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell("printf 'x\\n' | gzip; sleep 1; printf 'y\\n' | gzip")
            .output(Lines.text().gzip().fromStdout());
    JavaRDD<String> two = SPARK.context().parallelize(List.of("a", "b"), 2);

    for (Map<String, String> way : ways(runtime)) {
      assertThat(SPARK.lofn(way).map(two, tool).collect()).containsExactly("x", "y", "x", "y");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolsOwnTmpIsNotReplaced(Map<String, String> runtime) throws IOException {
    Files.writeString(directory.resolve("file"), "of the volume\n");
    Tool<String, String> tool =
        Tool.pipe(IMAGE).volume(Volume.of(directory.toString()).at("/tmp")).shell("cat /tmp/file");

    assertThat(
            SPARK.lofn(runtime).map(SPARK.context().parallelize(List.of("a"), 1), tool).collect())
        .containsExactly("of the volume");
  }

  /** 600 lines with the words of a few hundred, some of them no UTF-8. */
  private static List<String> lines() {
    Random random = new Random(11);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      StringBuilder line = new StringBuilder("w");
      for (int word = random.nextInt(12); word > 0; word--) {
        line.append(' ')
            .append((char) (0xa1 + random.nextInt(0x5e)))
            .append(Integer.toString(random.nextInt(5), 36));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static List<String> countedHere(Path text) throws IOException, InterruptedException {
    ProcessBuilder shell =
        new ProcessBuilder(
            "sh", "-c", "tr -s ' ' '\\n' | sort | uniq -c | sort -k1,1nr -k2 | sed 's/^ *//'");
    shell.environment().put("LC_ALL", "C");
    Process process = shell.redirectInput(text.toFile()).start();
    String counts = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).isZero();
    return counts.lines().toList();
  }

  private static byte[] concat(Path inputs) throws IOException {
    try (Stream<Path> files = Files.list(inputs)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      files
          .sorted()
          .forEach(
              file -> {
                try {
                  Files.copy(file, all);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return all.toByteArray();
    }
  }
}
