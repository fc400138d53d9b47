package io.lofn.core.policy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Lacking;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.core.FakeProvider;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.spi.Ability;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tool asks for and a runtime cannot do: refused or warned of, never silently dropped. */
class FeatureCheckTest {

  private static final Tool<String, String> TOOL = Tool.pipe("busybox:1").command("cat");

  static Stream<Arguments> demands() {
    return Stream.of(
        demand(Ability.CPUS, tool -> tool.cpus(1), "processors"),
        demand(Ability.MEMORY, tool -> tool.memory(1 << 26), "memory"),
        demand(Ability.PIDS, tool -> tool.pids(10), "processes"),
        demand(Ability.SHARED_MEMORY, tool -> tool.shm(1 << 20), "/dev/shm"),
        demand(Ability.TMPFS_SIZE, tool -> tool.tmpfs("/scratch", 1 << 20), "tmpfs"),
        demand(Ability.USERS, tool -> tool.user("7"), "another user"),
        demand(Ability.READ_ONLY_ROOT, Tool::readOnlyRoot, "read-only root"),
        demand(Ability.PRIVILEGES, tool -> tool.capability("NET_RAW"), "capability"),
        demand(Ability.PLATFORMS, tool -> tool.platform("linux/arm64"), "platform"),
        demand(Ability.ENGINE_OPTIONS, tool -> tool.engineOptions("--gpus=all"), "engine options"),
        demand(Ability.IMAGE_COMMAND, Tool::imageEntrypoint, "own command"));
  }

  private static Arguments demand(
      Ability ability, UnaryOperator<Tool<String, String>> change, String name) {
    return Arguments.of(ability, change.apply(TOOL), name);
  }

  @ParameterizedTest
  @MethodSource("demands")
  void whatAToolAsksForIsRefused(Ability ability, Tool<String, String> tool, String name) {
    assertThatThrownBy(() -> gate(Map.of()).check(tool, lacking(ability)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("busybox:1")
        .hasMessageContaining("bare, engine of bare")
        .hasMessageContaining(name)
        .hasMessageContaining("spark.lofn.lacking=warn");
    assertThatCode(() -> gate(Map.of()).check(tool, lacking())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("demands")
  void aToolMayPutUpWithIt(Ability ability, Tool<String, String> tool, String name) {
    assertThatCode(() -> gate(Map.of()).check(tool.lacking(Lacking.WARN), lacking(ability)))
        .as(name)
        .doesNotThrowAnyException();
    assertThatCode(() -> gate(Map.of("spark.lofn.lacking", "warn")).check(tool, lacking(ability)))
        .doesNotThrowAnyException();
  }

  @Test
  void aToolsOwnWordWinsOverTheSessions() {
    Tool<String, String> strict = TOOL.memory(1 << 26).lacking(Lacking.REFUSE);
    assertThatThrownBy(
            () -> gate(Map.of("spark.lofn.lacking", "warn")).check(strict, lacking(Ability.MEMORY)))
        .hasMessageContaining("memory");
  }

  @Test
  void whatOnlyLofnAddsIsNotRefused() {
    assertThatCode(() -> gate(Map.of()).check(TOOL, lacking(Ability.values())))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("sessionKeys")
  void whatTheSessionAsksForIsRefused(String key, Ability ability) {
    assertThatThrownBy(() -> gate(Map.of(key, "1")).check(TOOL, lacking(ability)))
        .isInstanceOf(LofnException.class);
  }

  static Stream<Arguments> sessionKeys() {
    return Stream.of(
        Arguments.of("spark.lofn.container.cpus", Ability.CPUS),
        Arguments.of("spark.lofn.container.memory", Ability.MEMORY),
        Arguments.of("spark.lofn.container.pids", Ability.PIDS));
  }

  @Test
  void whatIsMountedBelowAReadOnlyVolumeIsRefusedWhereItStaysOpen() {
    Path dev = Path.of("/dev");
    Volume volume = Volume.of("/dev").at("/data");
    SelectedRuntime open = lacking(Ability.READ_ONLY_SUBMOUNTS);

    assertThatThrownBy(() -> gate(Map.of()).checkSubmounts(TOOL, open, volume, dev))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("/dev/shm (")
        .hasMessageContaining("bare, engine of bare")
        .hasMessageContaining("spark.lofn.lacking=warn");
    assertThatCode(
            () -> {
              gate(Map.of()).checkSubmounts(TOOL, lacking(), volume, dev);
              gate(Map.of()).checkSubmounts(TOOL, open, volume.readWrite(), dev);
              gate(Map.of()).checkSubmounts(TOOL, open, volume, Path.of("/proc/self/fdinfo"));
              gate(Map.of()).checkSubmounts(TOOL.lacking(Lacking.WARN), open, volume, dev);
              // Nothing is closed there anyway, which is warned of.
              SelectedRuntime none = lacking(Ability.READ_ONLY_SUBMOUNTS, Ability.READ_ONLY_MOUNTS);
              gate(Map.of()).checkSubmounts(TOOL, none, volume, dev);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void devicesThatARuntimeCannotGiveAreRefused() {
    ContainerSpec spec = ContainerSpec.builder("name", "image").build();
    ContainerSpec devices =
        spec.toBuilder().device(new Device(Path.of("/dev/kfd"), "/dev/kfd", "rw")).build();
    SelectedRuntime none = lacking(Ability.DEVICES);

    assertThatThrownBy(() -> gate(Map.of()).checkDevices(TOOL, none, devices))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("busybox:1 asks for what the runtime bare, engine of bare")
        .hasMessageContaining("devices of the node")
        .hasMessageContaining("spark.lofn.lacking=warn");
    assertThatCode(
            () -> {
              gate(Map.of()).checkDevices(TOOL, none, spec);
              gate(Map.of()).checkDevices(TOOL, lacking(), devices);
              gate(Map.of()).checkDevices(TOOL.lacking(Lacking.WARN), none, devices);
              gate(Map.of("spark.lofn.lacking", "warn")).checkDevices(TOOL, none, devices);
            })
        .doesNotThrowAnyException();
  }

  private static FeatureCheck gate(Map<String, String> conf) {
    return new FeatureCheck(new LofnConfig(new HashMap<>(conf)));
  }

  private static SelectedRuntime lacking(Ability... abilities) {
    return new SelectedRuntime(
        "bare",
        new FakeProvider.FakeRuntime("bare", List.of()) {
          @Override
          public Set<Ability> lacks() {
            return Set.of(abilities);
          }
        });
  }
}
