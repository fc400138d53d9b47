package io.lofn.runtime.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import io.lofn.spi.ReplayDocuments;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.spi.RuntimeFeature;
import io.lofn.testkit.ContainerLab;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Difference;
import io.lofn.testkit.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract, and what it does not ask: limits that are really set, and what is left behind. With
 * images in a directory of its own, on a disk.
 */
abstract class EmbeddedContract extends ContainerRuntimeContract {

  private static final Path DISK = Path.of("/var/tmp");
  private static final ImageConfig SHELL = ImageConfig.empty().command(List.of("sh"));

  private final Path base = directory();

  private static Path directory() {
    try {
      return Files.createTempDirectory(DISK, "lofn-embedded-test-");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The group below which those of containers are made, or {@link OtherJvm#NO_CGROUPS}. */
  abstract String cgroupParent();

  private String dir() {
    return base.resolve("dir").toString();
  }

  @Override
  protected final ContainerRuntime createRuntime() throws Exception {
    return OtherJvm.runtime(dir(), cgroupParent());
  }

  @Override
  protected final String image() {
    try {
      return configuredImage(createRuntime(), SHELL).orElseThrow();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  protected final Set<Difference> differences() throws IOException {
    return Difference.ofTable(
        Path.of(System.getProperty("lofn.test.runtimes", "../docs/runtimes.md")), "`embedded`");
  }

  @AfterAll
  void deleteDirectory() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }

  private boolean hasGroups() {
    return cgroupParent().startsWith("/");
  }

  @Test
  void saysThatTheKernelEndedAToolForItsMemory() throws Exception {
    ContainerSpec.Builder spec =
        lab()
            .shell("x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo ${#x}")
            .settings(lab().settings().limits(ResourceLimits.none().memory(32L << 20)).build());
    ContainerExit exit;
    try (RunningContainer container = lab().start(spec)) {
      exit = ContainerLab.end(container);
    }
    Set<RuntimeFeature> lacking = lab().runtime().unsupportedFeatures();
    assertThat(lacking.contains(RuntimeFeature.MEMORY)).isEqualTo(!hasGroups());
    assertThat(lacking.contains(RuntimeFeature.CPUS)).isEqualTo(!hasGroups());
    if (!hasGroups()) {
      assertThat(exit).isEqualTo(new ContainerExit(0, false));
    } else {
      assertThat(exit.outOfMemory()).isTrue();
      assertThat(exit.code()).isNotZero();
      assertThat(exit.peakMemory().orElseThrow()).isBetween(16L << 20, 33L << 20);
      assertThat(exit.cpuTime().orElseThrow()).isPositive();
    }
  }

  @Test
  void hasControlGroupsAsLongAsAContainerAndNoLonger() throws Exception {
    // Of its own: the runtimes of other tests may have spare sandboxes.
    try (CgroupParent parent = CgroupParent.below(hasGroups() ? cgroupParent() : "");
        ContainerRuntime runtime = OtherJvm.runtime(dir(), parentOf(parent))) {
      try (RunningContainer container = runtime.start(lab().command("cat").stdin().build())) {
        runtime.close(); // ends the sandboxes that are ready for other containers
        assertThat(parent.groups().isEmpty()).isEqualTo(!hasGroups());
        container.stdin().close();
        ContainerLab.end(container);
      }
      assertThat(parent.groups()).isEmpty();
      RunningContainer killed = runtime.start(lab().command("sleep", "600").build());
      assertThat(parent.groups().isEmpty()).isEqualTo(!hasGroups());
      killed.close();
      assertThat(parent.groups()).isEmpty(); // at once: nothing is left that removes them later
    }
  }

  private String parentOf(CgroupParent parent) {
    return hasGroups() ? parent.path() : cgroupParent();
  }

  /** Whoever starts next gets a sandbox that was made before, if it is of the same kind. */
  @Test
  void hasItsOwnLimitsUserAndNetworkBesideContainersOfOtherKinds() throws Exception {
    ResourceLimits small = ResourceLimits.none().memory(32L << 20);
    ResourceLimits large = ResourceLimits.none().memory(64L << 20);
    List<ContainerSettings> kinds =
        List.of(
            lab().settings().limits(small).build(),
            lab().settings().limits(large).build(),
            lab().settings().limits(large).user("1000:1000").build(),
            lab().settings().limits(small).user("1000:1000").build());
    String script =
        "id -u; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2> /dev/null; true";
    for (int round = 0; round < 3; round++) {
      for (ContainerSettings kind : kinds) {
        Outcome result = lab().run(lab().shell(script).settings(kind));
        String user = kind.user().map(ids -> ids.split(":", 2)[0]).orElse("0");
        String memory = kind.limits().memory().getAsLong() + "\n";
        assertThat(result.stdout()).isEqualTo(user + "\n" + (hasGroups() ? memory : ""));
      }
    }
  }

  /** A sandbox waits with no mounts of its own until a container needs it. */
  @Test
  void seesWhatTheNodeHasWhenItStarts(@TempDir Path directory) throws Exception {
    for (int i = 0; i < 3; i++) {
      Path later = Files.createDirectory(directory.resolve("later" + i));
      Files.writeString(later.resolve("file"), "text " + i);
      Outcome result =
          lab().run(lab().command("cat", "/later/file").mount(new Mount(later, "/later", true)));
      assertThat(result.stdout()).isEqualTo("text " + i);
    }
  }

  @Test
  void readsNoEndOfOutputFromAContainerThatWasClosed() throws Exception {
    RunningContainer container = lab().start(lab().shell("echo ready; exec sleep 600"));
    assertThat(container.stdout().readNBytes(6)).isEqualTo("ready\n".getBytes(UTF_8));
    FutureTask<byte[]> reader = new FutureTask<>(container.stdout()::readAllBytes);
    new Thread(reader).start();

    container.close();

    assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> container.stderr().read()).isInstanceOf(IOException.class);
  }

  private Process otherJvm(String name, String parent) throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherJvm.class.getName(),
                dir(),
                parent,
                lab().image().id(),
                name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(other.inputReader().readLine()).isEqualTo("started");
    return other;
  }

  private static List<ProcessHandle> below(Process process) {
    return process.descendants().toList();
  }

  @Test
  void findsAndRemovesContainersOfOtherProcesses() throws Exception {
    String name = lab().newName();
    Process other = otherJvm(name, cgroupParent());
    try {
      Map<String, String> label = Map.of(OtherJvm.LABEL, name);
      assertThat(lab().runtime().list(label))
          .containsExactly(new ContainerSummary(name, name, label, true));
      List<ProcessHandle> processes = below(other);
      assertThat(processes).hasSizeGreaterThanOrEqualTo(2);

      lab().runtime().remove(name);

      assertThat(lab().runtime().list(label)).isEmpty();
      for (ProcessHandle each : processes) {
        each.onExit().get(60, TimeUnit.SECONDS); // the other JVM reaps the first of them
      }
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void leavesNothingOfAJvmThatIsKilled() throws Exception {
    String name = lab().newName();
    try (CgroupParent parent = CgroupParent.below(hasGroups() ? cgroupParent() : "")) {
      Process other = otherJvm(name, parentOf(parent));
      List<ProcessHandle> processes = below(other);
      assertThat(processes).hasSizeGreaterThanOrEqualTo(2);
      assertThat(parent.groups().isEmpty()).isEqualTo(!hasGroups());

      other.destroyForcibly().waitFor();

      for (ProcessHandle each : processes) {
        each.onExit().get(10, TimeUnit.SECONDS);
      }
      try (ContainerRuntime next = OtherJvm.runtime(dir(), parentOf(parent))) {
        // A sandbox that was just being made ends a moment later.
        while (!parent.groups().isEmpty()) {
          assertThat(next.list(Map.of(OtherJvm.LABEL, name))).isEmpty();
        }
      }
    }
    assertThat(lab().runtime().list(Map.of(OtherJvm.LABEL, name))).isEmpty();
    try (Stream<Path> owners = Files.list(Path.of(dir(), "containers"))) {
      assertThat(owners).hasSize(1);
    }
  }

  @Test
  void repeatsAContainerFromItsDocument(@TempDir Path directory) throws Exception {
    Path shared = directory.resolve("later");
    ContainerSpec spec =
        lab()
            .shell("cat; cat /shared/in; echo $WORD > /shared/out; exit 3")
            .settings(lab().settings().environment("WORD", "two words").build())
            .mount(new Mount(shared, "/shared", false))
            .stdin()
            .build();
    ContainerRuntime runtime = lab().runtime();
    ReplayDocuments documents = (ReplayDocuments) runtime;
    Path document = Files.write(directory.resolve("document"), documents.replayDocument(spec));
    Files.createDirectory(shared);
    Files.writeString(shared.resolve("in"), "of the exchange\n");

    List<String> command = new ArrayList<>(documents.replayCommand());
    command.add(document.toString());
    assertThat(said(command, "from stdin\n")).isEqualTo("from stdin\nof the exchange\ncode 3");
    assertThat(shared.resolve("out")).hasContent("two words");

    command.set(command.indexOf("--file"), "--shell");
    assertThat(said(command, "echo \"$WORD\"; cat /shared/in; exit 4\n"))
        .isEqualTo("two words\nof the exchange\ncode 4");
  }

  private static String said(List<String> command, String input) throws Exception {
    Process process = new ProcessBuilder(command).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return said + "code " + process.waitFor();
  }

  @Test
  void refusesDirectoriesThatAreNotItsOwn(@TempDir Path directory) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    assertThat(reason(Map.of("dir", link.toString())))
        .contains("is a symbolic link")
        .contains("spark.lofn.embedded.dir");
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(reason(Map.of("dir", file.toString()))).contains("is not a directory");
    Path open = Files.createDirectory(directory.resolve("open"));
    open.toFile().setReadable(true, false);
    open.toFile().setExecutable(true, false);
    assertThat(reason(Map.of("dir", open.toString()))).contains("open to other users");
    assertThat(reason(Map.of("dir", file + "/below"))).contains("spark.lofn.embedded.dir");
    FileTree.delete(open, Writers.GONE);
  }

  @Test
  void saysWhichSettingIsWrong() {
    assertThat(reason(Map.of("upperSize", "1"))).contains("spark.lofn.embedded.upperSize is '1'");
    assertThat(reason(Map.of("store", "nosuch://a/b")))
        .contains("spark.lofn.embedded.store 'nosuch://a/b'");
    assertThat(reason(Map.of("images.maxSize", "many")))
        .contains("spark.lofn.embedded.images.maxSize is 'many'");
    assertThatThrownBy(
            () ->
                new EmbeddedRuntimeProvider().create(OtherJvm.config(dir(), "/lofn-test-missing")))
        .hasMessageContaining("spark.lofn.embedded.cgroup.parent is /lofn-test-missing");
  }

  private static String reason(Map<String, String> settings) {
    return new EmbeddedRuntimeProvider()
        .unavailableReason(RuntimeConfig.of(settings))
        .orElse("usable");
  }

  @Test
  void isUsableHereAndComesAfterEveryEngine() {
    EmbeddedRuntimeProvider provider = new EmbeddedRuntimeProvider();
    assertThat(provider.unavailableReason(OtherJvm.config(dir(), ""))).isEmpty();
    assertThat(provider.name()).isEqualTo("embedded");
    assertThat(provider.priority()).isEqualTo(-40);
    assertThat(provider.properties())
        .containsOnlyKeys(
            "dir",
            "images.maxSize",
            "upperSize",
            "cgroup.parent",
            "mirrors",
            "insecureRegistries",
            "store");
  }
}
