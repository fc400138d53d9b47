package io.lofn.core.policy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.api.Volume;
import io.lofn.core.FakeProvider;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.RuntimeFeature;
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

/** What a tool asks for and a runtime does not support: refused or warned of, never ignored. */
class FeatureCheckTest {

  private static final Tool<String, String> TOOL = Tool.pipe("busybox:1").command("cat");

  static Stream<Arguments> demands() {
    return Stream.of(
        demand(RuntimeFeature.CPUS, tool -> tool.cpus(1), "processors"),
        demand(RuntimeFeature.MEMORY, tool -> tool.memory(1 << 26), "memory"),
        demand(RuntimeFeature.PIDS, tool -> tool.pids(10), "processes"),
        demand(RuntimeFeature.SHARED_MEMORY, tool -> tool.shm(1 << 20), "/dev/shm"),
        demand(RuntimeFeature.TMPFS_SIZE, tool -> tool.tmpfs("/scratch", 1 << 20), "tmpfs"),
        demand(RuntimeFeature.USERS, tool -> tool.user("7"), "another user"),
        demand(RuntimeFeature.READ_ONLY_ROOT, Tool::readOnlyRoot, "read-only root"),
        demand(RuntimeFeature.PRIVILEGES, tool -> tool.capability("NET_RAW"), "capability"),
        demand(RuntimeFeature.PLATFORMS, tool -> tool.platform("linux/arm64"), "platform"),
        demand(
            RuntimeFeature.ENGINE_OPTIONS,
            tool -> tool.engineOptions("--gpus=all"),
            "engine options"),
        demand(RuntimeFeature.IMAGE_COMMAND, Tool::imageEntrypoint, "own command"));
  }

  private static Arguments demand(
      RuntimeFeature feature, UnaryOperator<Tool<String, String>> change, String name) {
    return Arguments.of(feature, change.apply(TOOL), name);
  }

  @ParameterizedTest
  @MethodSource("demands")
  void whatAToolAsksForIsRefused(RuntimeFeature feature, Tool<String, String> tool, String name) {
    assertThatThrownBy(() -> gate(Map.of()).check(tool, without(feature)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("busybox:1")
        .hasMessageContaining("bare, engine of bare")
        .hasMessageContaining(name)
        .hasMessageContaining("spark.lofn.unsupportedFeatures=warn");
    assertThatCode(() -> gate(Map.of()).check(tool, without())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("demands")
  void aToolMayPutUpWithIt(RuntimeFeature feature, Tool<String, String> tool, String name) {
    assertThatCode(
            () ->
                gate(Map.of())
                    .check(
                        tool.unsupportedFeatures(UnsupportedFeaturePolicy.WARN), without(feature)))
        .as(name)
        .doesNotThrowAnyException();
    assertThatCode(
            () ->
                gate(Map.of("spark.lofn.unsupportedFeatures", "warn"))
                    .check(tool, without(feature)))
        .doesNotThrowAnyException();
  }

  @Test
  void aToolsOwnWordWinsOverTheSessions() {
    Tool<String, String> strict =
        TOOL.memory(1 << 26).unsupportedFeatures(UnsupportedFeaturePolicy.REFUSE);
    assertThatThrownBy(
            () ->
                gate(Map.of("spark.lofn.unsupportedFeatures", "warn"))
                    .check(strict, without(RuntimeFeature.MEMORY)))
        .hasMessageContaining("memory");
  }

  @Test
  void whatOnlyLofnAddsIsNotRefused() {
    assertThatCode(() -> gate(Map.of()).check(TOOL, without(RuntimeFeature.values())))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("sessionKeys")
  void whatTheSessionAsksForIsRefused(String key, RuntimeFeature feature) {
    assertThatThrownBy(() -> gate(Map.of(key, "1")).check(TOOL, without(feature)))
        .isInstanceOf(LofnException.class);
  }

  static Stream<Arguments> sessionKeys() {
    return Stream.of(
        Arguments.of("spark.lofn.container.cpus", RuntimeFeature.CPUS),
        Arguments.of("spark.lofn.container.memory", RuntimeFeature.MEMORY),
        Arguments.of("spark.lofn.container.pids", RuntimeFeature.PIDS));
  }

  @Test
  void whatIsMountedBelowAReadOnlyVolumeIsRefusedWhereItStaysOpen() {
    Path dev = Path.of("/dev");
    Volume volume = Volume.of("/dev").at("/data");
    SelectedRuntime open = without(RuntimeFeature.READ_ONLY_SUBMOUNTS);

    assertThatThrownBy(() -> gate(Map.of()).checkSubmounts(TOOL, open, volume, dev))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("/dev/shm (")
        .hasMessageContaining("bare, engine of bare")
        .hasMessageContaining("spark.lofn.unsupportedFeatures=warn");
    assertThatCode(
            () -> {
              gate(Map.of()).checkSubmounts(TOOL, without(), volume, dev);
              gate(Map.of()).checkSubmounts(TOOL, open, volume.readWrite(), dev);
              gate(Map.of()).checkSubmounts(TOOL, open, volume, Path.of("/proc/self/fdinfo"));
              gate(Map.of())
                  .checkSubmounts(
                      TOOL.unsupportedFeatures(UnsupportedFeaturePolicy.WARN), open, volume, dev);
              // Read-only mounts are not supported there anyway, for which there is a warning.
              SelectedRuntime none =
                  without(RuntimeFeature.READ_ONLY_SUBMOUNTS, RuntimeFeature.READ_ONLY_MOUNTS);
              gate(Map.of()).checkSubmounts(TOOL, none, volume, dev);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void devicesThatARuntimeCannotGiveAreRefused() {
    ContainerSpec spec = ContainerSpec.builder("name", "image").build();
    ContainerSpec devices =
        spec.toBuilder().device(new Device(Path.of("/dev/kfd"), "/dev/kfd", "rw")).build();
    SelectedRuntime none = without(RuntimeFeature.DEVICES);

    assertThatThrownBy(() -> gate(Map.of()).checkDevices(TOOL, none, devices))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("busybox:1 asks for what the runtime bare, engine of bare")
        .hasMessageContaining("devices of the node")
        .hasMessageContaining("spark.lofn.unsupportedFeatures=warn");
    assertThatCode(
            () -> {
              gate(Map.of()).checkDevices(TOOL, none, spec);
              gate(Map.of()).checkDevices(TOOL, without(), devices);
              gate(Map.of())
                  .checkDevices(
                      TOOL.unsupportedFeatures(UnsupportedFeaturePolicy.WARN), none, devices);
              gate(Map.of("spark.lofn.unsupportedFeatures", "warn"))
                  .checkDevices(TOOL, none, devices);
            })
        .doesNotThrowAnyException();
  }

  private static FeatureCheck gate(Map<String, String> conf) {
    return new FeatureCheck(new LofnConfig(new HashMap<>(conf)));
  }

  private static SelectedRuntime without(RuntimeFeature... features) {
    return new SelectedRuntime(
        "bare",
        new FakeProvider.FakeRuntime("bare", List.of()) {
          @Override
          public Set<RuntimeFeature> unsupportedFeatures() {
            return Set.of(features);
          }
        });
  }
}
