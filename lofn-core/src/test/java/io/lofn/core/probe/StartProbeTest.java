package io.lofn.core.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.FakeProvider;
import io.lofn.core.QuietContainer;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.OrphanReaper;
import io.lofn.core.container.TrackedContainers;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.LocalProcessRuntimeProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the probe reports for engines that see other files than the executor. */
class StartProbeTest {

  private static final Tool<String, String> OTHER = Tool.pipe("any:1").command("cat").user("0:0");

  private ProcessUser me = new ProcessUser(1000, 1000);

  private static final TaskIdentity TASK = new TaskIdentity("local-1", 2, 3, 0, 17);
  private static final PreparedImage IMAGE = PreparedImage.of("any:1", "process:any:1");

  @TempDir Path local;

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final List<ContainerSpec> started = new ArrayList<>();

  @AfterEach
  void leavesNothing() throws IOException {
    clock.shutdownNow();
    try (Stream<Path> files = Files.walk(local)) {
      assertThat(files.filter(path -> path.endsWith("exchange"))).isEmpty();
    }
  }

  @Test
  void isMadeOnceForARuntimeWhoseMountsWork() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));
    SelectedRuntime runtime =
        counted("process", new LocalProcessRuntimeProvider().create(RuntimeConfig.of(Map.of())));

    probe.check(runtime, IMAGE, TASK);
    probe.check(runtime, IMAGE, TASK);

    assertThat(started).hasSize(1);
  }

  @Test
  void isNotMadeWhereItIsSwitchedOff() {
    probe(Map.of("spark.lofn.probe", "never", "spark.lofn.host.path.map", "/a=/b"))
        .check(ends(41), IMAGE, TASK);

    assertThat(started).isEmpty();
  }

  @Test
  void isMadeByItselfWhereAPathMapIsSet() {
    StartProbe probe = probe(Map.of("spark.lofn.host.path.map", local + "=/node"));

    assertThatThrownBy(() -> probe.check(ends(41), IMAGE, TASK))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("which it is told to call /node/lofn-");
    assertThat(started.get(0).mounts().get(0).source()).startsWithRaw(Path.of("/node"));
  }

  @Test
  void namesThePathMapWhereTheEngineSeesAnotherDirectory() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> probe.check(ends(41), IMAGE, TASK))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith(
              "Tools cannot run on this node with fake, engine of fake: the engine does not see the"
                  + " executor's directory "
                  + local)
          .hasMessageContaining("spark.lofn.host.path.map")
          .hasMessageContaining("spark.lofn.probe=never skips this probe");
    }
    assertThat(started).as("it is made again").hasSize(2);
  }

  @Test
  void namesThePathMapWhereTheEngineHasNoSuchDirectory() {
    SelectedRuntime runtime =
        runtime(
            spec -> {
              throw new EngineException(
                  "bind source path does not exist: " + spec.mounts().get(0).source());
            });

    assertThatThrownBy(
            () -> probe(Map.of("spark.lofn.probe", "always")).check(runtime, IMAGE, TASK))
        .hasMessageContaining("the engine says: bind source path does not exist: " + local)
        .hasMessageContaining("spark.lofn.host.path.map");
  }

  @Test
  void anEngineThatFailsForAReasonOfItsOwnIsNotExplainedAway() {
    SelectedRuntime runtime =
        runtime(
            spec -> {
              throw new EngineException("out of order");
            });

    assertThatThrownBy(
            () -> probe(Map.of("spark.lofn.probe", "always")).check(runtime, IMAGE, TASK))
        .isInstanceOf(EngineException.class)
        .hasMessage("out of order");
  }

  @Test
  void namesUsersWhereTheDirectoryIsClosed() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));

    assertThatThrownBy(() -> probe.check(ends(42), IMAGE, TASK))
        .hasMessageContaining("may not read the executor's directory");
    assertThatThrownBy(() -> probe.check(ends(43), IMAGE, TASK))
        .hasMessageContaining("may not write the executor's directory");
  }

  private static final String CHDIR =
      "OCI runtime create failed: runc create failed: unable to start container process: chdir to"
          + " cwd (\"/shared\") set in config.json failed: permission denied: unknown";

  /** As engines with userns-remap do: their users may not enter what the executor has closed. */
  private SelectedRuntime remapped() {
    return runtime(
        spec -> {
          if (spec.settings().workingDirectory().filter("/shared"::equals).isPresent()) {
            throw new EngineException(CHDIR);
          }
          assertThat(spec.argv()).last().asString().startsWith("cd /shared || exit 42\n");
          return 42;
        });
  }

  @Test
  void namesUserNamespacesThoughNoContainerCanStartInTheDirectory() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));

    assertThatThrownBy(() -> probe.check(remapped(), IMAGE, TASK))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("may not read the executor's directory")
        .hasMessageContaining("without userns-remap");
  }

  @Test
  void namesUserNamespacesWhereTheEngineMayNotMountTheDirectory() {
    SelectedRuntime runtime =
        runtime(
            spec -> {
              throw new EngineException(
                  "error mounting \"%s\" to rootfs at \"/shared\": permission denied"
                      .formatted(spec.mounts().get(0).source()));
            });

    assertThatThrownBy(
            () -> probe(Map.of("spark.lofn.probe", "always")).check(runtime, IMAGE, TASK))
        .hasMessageContaining("may not mount the executor's directory")
        .hasMessageContaining("without userns-remap");
  }

  @Test
  void aRunThatIsDeniedItsDirectoryIsExplainedWithoutAProbeBefore() {
    StartProbe probe = probe(Map.of());
    EngineException failure = new EngineException(CHDIR);

    assertThat(probe.explain(remapped(), IMAGE, TASK, failure))
        .hasMessageContaining("without userns-remap")
        .hasSuppressedException(failure);
  }

  @Test
  void aFailureThatTheMountsAreNoReasonForStaysAsItIs() {
    StartProbe probe = probe(Map.of());
    SelectedRuntime works =
        counted("process", new LocalProcessRuntimeProvider().create(RuntimeConfig.of(Map.of())));
    EngineException denied = new EngineException("exec: /bin/tool: permission denied");
    EngineException other = new EngineException("no space left");

    assertThat(probe.explain(works, IMAGE, TASK, other)).isSameAs(other);
    assertThat(started).isEmpty();
    assertThat(probe.explain(works, IMAGE, TASK, denied)).isSameAs(denied);
    assertThat(probe.explain(works, IMAGE, TASK, denied)).isSameAs(denied);
    assertThat(started).as("tried once").hasSize(1);
    assertThat(
            probe(Map.of("spark.lofn.probe", "never"))
                .explain(remapped(), IMAGE, TASK, new EngineException(CHDIR)))
        .hasMessage(CHDIR);
  }

  @Test
  void whatIsWrittenElsewhereIsMissed() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));

    assertThatThrownBy(() -> probe.check(ends(0), IMAGE, TASK))
        .hasMessageContaining("what it wrote there did not come back");
  }

  @Test
  void anImageWithoutAShellTellsNothingAndTheNextOneDoes() {
    StartProbe probe = probe(Map.of("spark.lofn.probe", "always"));

    assertThatCode(() -> probe.check(ends(127), IMAGE, TASK)).doesNotThrowAnyException();
    probe.check(ends(41), IMAGE, TASK);
    assertThat(started).as("the same image is not tried again").hasSize(1);
    PreparedImage other = PreparedImage.of("other:1", "process:other:1");
    assertThatThrownBy(() -> probe.check(ends(41), other, TASK))
        .isInstanceOf(EngineException.class);
  }

  @Test
  void aToolOfAnotherUserIsRefusedWhereTheExecutorCouldNotDeleteWhatItMakes() {
    StartProbe probe = probe(Map.of());
    SelectedRuntime asOther =
        runtime(
            spec -> {
              Path out = write(spec);
              own(out, 12345);
              return 0;
            });

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> probe.checkUser(asOther, IMAGE, OTHER, TASK))
          .isInstanceOf(LofnException.class)
          .isNotInstanceOf(EngineException.class)
          .hasMessageContaining("any:1 would run as user '0:0'")
          .hasMessageContaining("belong to user 12345")
          .hasMessageContaining("Remove Tool.user, run executors as root");
    }
    assertThat(started).hasSize(2);
    assertThat(started.get(0).settings().user()).contains("0:0");
    try (Stream<Path> left = Files.walk(local)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anImageThatCannotTellWhoseFilesAreIsRefusedForAnotherUser() {
    assertThatThrownBy(() -> probe(Map.of()).checkUser(ends(127), IMAGE, OTHER, TASK))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("its sh ended with exit code 127");
  }

  /** As rootless engines do with the user 0. */
  @Test
  void aToolOfAnotherUserRunsWhereTheEngineMapsTheUser() {
    StartProbe probe = probe(Map.of());
    SelectedRuntime maps =
        runtime(
            spec -> {
              assertThat(write(spec)).exists();
              return 0;
            });

    for (int i = 0; i < 3; i++) {
      assertThatCode(() -> probe.checkUser(maps, IMAGE, OTHER, TASK)).doesNotThrowAnyException();
    }
    assertThat(started).as("tried once").hasSize(1);
  }

  @Test
  void nothingIsTriedWhereTheAnswerIsKnown() {
    me = new ProcessUser(0, 0);
    probe(Map.of()).checkUser(ends(1), IMAGE, OTHER, TASK);
    me = new ProcessUser(1000, 1000);
    probe(Map.of()).checkUser(ends(1), IMAGE, OTHER.user("1000:7"), TASK);
    probe(Map.of()).checkUser(ends(1), IMAGE, Tool.pipe("any:1").command("cat"), TASK);
    probe(Map.of("spark.lofn.probe", "never")).checkUser(ends(1), IMAGE, OTHER, TASK);

    assertThat(started).isEmpty();
  }

  private static Path write(ContainerSpec spec) {
    try {
      return Files.createFile(spec.mounts().get(0).source().resolve("lofn-probe.out"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void own(Path file, int user) {
    try {
      Files.setAttribute(file, "unix:uid", user);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StartProbe probe(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("spark.lofn.cleanup.interval", "1d");
    LofnConfig conf = new LofnConfig(all);
    ProcessIdentity owner = ProcessIdentity.current();
    ExchangeDirectories exchanges =
        new ExchangeDirectories(new NodeEnvironment(List.of(local)), owner, conf);
    ContainerLabels containerLabels = new ContainerLabels(owner);
    NodeRuntime node =
        new NodeRuntime(new RuntimeSelector(conf, RuntimeProviders.of(List.of(), List.of())));
    OrphanReaper reaper =
        new OrphanReaper(node, exchanges, owner, containerLabels, conf, clock, clock);
    HostPathMapping paths = conf.find(LofnConfig.HOST_PATH_MAP).orElse(HostPathMapping.NONE);
    TrackedContainers containers = new TrackedContainers(reaper, paths);
    return new StartProbe(
        new MountProbe(exchanges, containerLabels, containers, paths, conf), paths, conf, () -> me);
  }

  /** A runtime whose containers do nothing but end. */
  private SelectedRuntime ends(int code) {
    return runtime(spec -> code);
  }

  private SelectedRuntime runtime(ToIntFunction<ContainerSpec> exit) {
    return new SelectedRuntime(
        "fake",
        new FakeProvider.FakeRuntime("fake", List.of()) {
          @Override
          public RunningContainer start(ContainerSpec spec) {
            started.add(spec);
            return new Ended(exit.applyAsInt(spec));
          }
        });
  }

  private SelectedRuntime counted(String name, ContainerRuntime runtime) {
    return new SelectedRuntime(
        name,
        new FakeProvider.FakeRuntime(name, List.of()) {
          @Override
          public RunningContainer start(ContainerSpec spec) {
            started.add(spec);
            return runtime.start(spec);
          }
        });
  }

  private static final class Ended extends QuietContainer {

    private final int code;

    Ended(int code) {
      super("ended");
      this.code = code;
    }

    @Override
    public Optional<ContainerExit> await(Duration atMost) {
      return Optional.of(new ContainerExit(code, false));
    }
  }
}
