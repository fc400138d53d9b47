package io.lofn.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.config.KeepPolicy;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunMountsTest {

  private static final TaskIdentity TASK = new TaskIdentity("local-1", 2, 3, 0, 17);
  private static final Set<RuntimeFeature> NO_LOCALHOST = Set.of(RuntimeFeature.LOCALHOST);

  @TempDir Path local;

  private ExchangeDirectories exchanges;
  private Exchange exchange;

  @BeforeEach
  void createExchange() {
    exchanges =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local)),
            ProcessIdentity.current(),
            new LofnConfig(Map.of()));
    exchange = exchanges.create(TASK, false);
  }

  private List<Mount> make(
      ContainerSettings.Builder settings,
      Set<RuntimeFeature> unsupported,
      List<Mount> data,
      String... volumes) {
    Tool<String, String> tool = Tool.pipe("tool:1").command("cat");
    RunPlan plan =
        new RunPlan(
            "map",
            tool,
            TASK,
            settings.build(),
            "/shared",
            Optional.empty(),
            Optional.empty(),
            1,
            Duration.ofSeconds(10),
            ImageRequirement.of(tool, new LofnConfig(Map.of()), Optional.empty()),
            KeepPolicy.NEVER,
            true,
            false,
            0);
    PreparedImage image =
        PreparedImage.of("tool:1", "sha256:1")
            .config(ImageConfig.empty().volumes(List.of(volumes)));
    return new RunMounts(plan, exchange, data).make(new ImageVolumes(image), unsupported);
  }

  private static ContainerSettings.Builder settings() {
    return ContainerSettings.defaults().toBuilder();
  }

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode") & 07777;
  }

  @Test
  void theExchangeComesFirstAndNothingIsAddedUnasked() {
    assertThat(make(settings(), Set.of(), List.of()))
        .containsExactly(
            new Mount(exchange.directory(), "/shared", false),
            new Mount(exchange.temporary(), "/tmp", false));
    assertThat(exchange.directory()).isEmptyDirectory();
  }

  @Test
  void directoriesOfTheImagesVolumesAreMadeForWhomTheExchangeIs() throws IOException {
    make(settings(), Set.of(), List.of(), "/shared/a/out", "/tmp/cache");
    assertThat(mode(exchange.directory().resolve("a/out"))).isEqualTo(0700);
    assertThat(mode(exchange.temporary().resolve("cache"))).isEqualTo(01777);

    exchange = exchanges.create(TASK, true);
    make(settings(), Set.of(), List.of(), "/shared/a/out");
    assertThat(mode(exchange.directory().resolve("a"))).isEqualTo(0777);
    assertThat(mode(exchange.directory().resolve("a/out"))).isEqualTo(0777);
  }

  @Test
  void whatTheInputHasWrittenIsMountedAsItIs() throws IOException {
    Path input = Files.createDirectory(exchange.directory().resolve("input"));
    Files.writeString(input.resolve("a"), "x");
    Files.writeString(exchange.directory().resolve("file"), "y");
    int before = mode(input);

    List<Mount> all = make(settings(), Set.of(), List.of(), "/shared/input", "/shared/file");

    assertThat(all)
        .contains(
            new Mount(input, "/shared/input", false),
            new Mount(exchange.directory().resolve("file"), "/shared/file", false));
    assertThat(mode(input)).isEqualTo(before);
    assertThat(input.resolve("a")).hasContent("x");
  }

  @Test
  void aLinkIsNeverFollowed() throws IOException {
    Files.createSymbolicLink(exchange.directory().resolve("out"), local);
    assertThatThrownBy(() -> make(settings(), Set.of(), List.of(), "/shared/out"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("symbolic link");
    assertThatThrownBy(
            () -> make(settings().workingDirectory("/shared/out/x"), Set.of(), List.of()))
        .isInstanceOf(LofnException.class);
    assertThat(local.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/shared/work/here", "/tmp/work/here", "/shared", "/tmp"})
  void aWorkingDirectoryOfTheRunIsMade(String path) {
    make(settings().workingDirectory(path), Set.of(), List.of());
    Path made =
        path.startsWith("/tmp")
            ? exchange.temporary().resolve(Path.of("/tmp").relativize(Path.of(path)))
            : exchange.directory().resolve(Path.of("/shared").relativize(Path.of(path)));
    assertThat(made).isDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/opt/work", "/data/work", "/shared/data/work", "/shared/memory/work"})
  void aWorkingDirectoryElsewhereIsTheEngines(String path) throws IOException {
    Path data = Files.createDirectory(local.resolve("volume"));
    make(
        settings().workingDirectory(path).tmpfs("/shared/memory", 1024),
        Set.of(),
        List.of(new Mount(data, "/data", false), new Mount(data, "/shared/data", false)));
    assertThat(data).isEmptyDirectory();
    assertThat(exchange.directory().resolve("data")).isEmptyDirectory();
    assertThat(exchange.directory().resolve("memory")).isEmptyDirectory();
  }

  /**
   * An engine would make them as root's, and an executor that is not root could not delete them.
   */
  @Test
  void mountPointsInTheExchangeAndInTmpAreMadeByTheExecutor() throws IOException {
    Path tree = Files.createDirectory(local.resolve("tree"));
    Path file = Files.createFile(local.resolve("file"));
    make(
        settings().tmpfs("/shared/a/memory", 1024).tmpfs("/tmp/b/memory/", 1024),
        Set.of(),
        List.of(
            new Mount(tree, "/tmp/refs/one/tree", true),
            new Mount(file, "/tmp/refs/two/file", true)));

    Path tmp = exchange.temporary();
    assertThat(exchange.directory().resolve("a/memory")).isEmptyDirectory();
    assertThat(tmp.resolve("b/memory")).isEmptyDirectory();
    assertThat(tmp.resolve("refs/one/tree")).isEmptyDirectory();
    assertThat(tmp.resolve("refs/two")).isEmptyDirectory();
    assertThat(mode(tmp.resolve("refs/one"))).isEqualTo(01777);
  }

  @Test
  void aRuntimeThatKnowsNoLocalhostIsGivenAFileOfHosts() throws IOException {
    List<Mount> all = make(settings(), NO_LOCALHOST, List.of());
    Mount hosts = all.get(all.size() - 1);
    assertThat(hosts.target()).isEqualTo("/etc/hosts");
    assertThat(hosts.readOnly()).isTrue();
    assertThat(hosts.source()).content().startsWith("127.0.0.1\tlocalhost\n");
    assertThat(mode(hosts.source())).isEqualTo(0644);
    exchange.close();
    assertThat(hosts.source()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc", "/etc/hosts"})
  void aToolsOwnHostsAreLeftAlone(String target) {
    List<Mount> data = List.of(new Mount(local, target, true));
    assertThat(make(settings(), NO_LOCALHOST, data)).hasSize(3);
    assertThat(make(settings().tmpfs(target, 1024), NO_LOCALHOST, List.of())).hasSize(2);
  }

  @Test
  void aNetworkHasHostsOfItsOwn() {
    assertThat(make(settings().network("bridge"), NO_LOCALHOST, List.of())).hasSize(2);
  }
}
