package io.lofn.core.policy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.core.FakeProvider;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused unless {@code spark.lofn.allow.*} allows it, in every form. */
class SecurityPolicyTest {

  private static final String PRIVILEGED = "spark.lofn.allow.privileged";
  private static final String NAMESPACES = "spark.lofn.allow.hostNamespaces";
  private static final Tool<String, String> TOOL = Tool.pipe("busybox:1").command("cat");

  @ParameterizedTest
  @MethodSource("bypasses")
  void whatIsNotKnownToBeHarmlessNeedsTheKey(List<String> options) {
    needs(PRIVILEGED, TOOL.engineOptions(options.toArray(new String[0])));
  }

  static Stream<List<String>> bypasses() {
    return Stream.of(
        List.of("-iv", "/:/host"),
        List.of("-v", "/:/host"),
        List.of("-v/:/host"),
        List.of("--use-api-socket"),
        List.of("--env-host"),
        List.of("--bind=/:/host"),
        List.of("--bind", "/:/host"),
        List.of("--privileged"),
        List.of("--privileged=true"),
        List.of("--network", "host"),
        List.of("--network"),
        List.of("--network=name=host"),
        List.of("--network=slirp4netns:allow_host_loopback=true"),
        List.of("--network=pasta:--pcap,/tmp/x"),
        List.of("--network=host,other"),
        List.of("--pid", "host"),
        List.of("--harmless", "other/image"),
        List.of("--harmless", "--"),
        List.of("--"),
        List.of(""),
        List.of("--=x"),
        List.of("busybox:1"),
        List.of("--harmless=x", "--unknown"),
        List.of("--gpus", "all"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--network=host",
        "--net=host",
        "--network=bridge",
        "--network=container:other",
        "--network=ns:/proc/1/ns/net",
        "--pid=host",
        "--ipc=container:other",
        "--uts=host",
        "--userns=host",
        "--cgroupns=host"
      })
  void namespacesOfTheNodeNeedTheirKey(String option) {
    needs(NAMESPACES, TOOL.engineOptions(option));
  }

  @Test
  void whatTheRuntimeKnowsToBeHarmlessNeedsNone() {
    passes(Map.of(), TOOL.engineOptions("--harmless", "--harmless=x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "container:other", "ns:/proc/1/ns/net"})
  void aNetworkThatIsSomebodyElsesNeedsTheKeyOfNamespaces(String network) {
    needs(NAMESPACES, TOOL.network(network));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=host",
        "none,name=host",
        "host,x",
        "host\n",
        "\nhost",
        " host",
        "-x",
        "slirp4netns:port_handler=slirp4netns",
        "pasta:-l,/tmp/x",
        "bridge:ip=10.0.0.1",
        "ns:relative",
        "ns:/proc/1/ns/net,x",
        "container:",
        "a/b",
        "réseau"
      })
  void aNetworkIsAPlainName(String network) {
    needs(PRIVILEGED, TOOL.network(network));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "bridge", "my-net_1.x", "hosts", "slirp4netns", "private"})
  void aPlainNameNeedsNoKey(String network) {
    passes(Map.of(), TOOL.network(network));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SYS_ADMIN",
        "CAP_SYS_ADMIN",
        "sys_admin",
        "cap_sys_admin",
        "CAP_CAP_SYS_ADMIN",
        "ALL",
        "all",
        "SYS_PTRACE",
        "DAC_READ_SEARCH",
        "NET_ADMIN",
        "SYS_MODULE",
        "BPF",
        "",
        "NET_RAW,ALL"
      })
  void aCapabilityBeyondTheUsualOnesNeedsTheKey(String capability) {
    needs(PRIVILEGED, TOOL.capability(capability));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NET_RAW", "CAP_NET_RAW", "net_raw", "cap_chown", "SYS_CHROOT"})
  void aUsualCapabilityNeedsNone(String capability) {
    passes(Map.of(), TOOL.capability(capability));
  }

  @Test
  void aLabelByWhichAnEngineTakesOrdersNeedsTheKey() {
    needs(PRIVILEGED, TOOL.label("nerdctl/bypass4netns", "true"));
    passes(Map.of(), TOOL.label("team", "nerdctl/x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0:0", "root", "12345", "12345:23456", "00:0", "OWN:", "+0:+0"})
  void aVolumeThatAnotherUserMayWriteNeedsTheKey(String user) {
    String name = user.replace("OWN", Long.toString(ProcessUser.current().uid()));
    Tool<String, String> tool = otherUser(name);
    passes(Map.of(), tool);
    passes(Map.of(), tool.volume(Volume.of("/data").at("/data")));
    needs(PRIVILEGED, tool.volume(Volume.of("/data").at("/data").readWrite()));
  }

  /** The test may run as the very user. */
  private static Tool<String, String> otherUser(String user) {
    boolean own = user.equals(ProcessUser.current().toString());
    return TOOL.user(own ? "1" + user : user);
  }

  @Test
  void aVolumeThatTheExecutorsUserMayWriteNeedsNone() {
    Tool<String, String> tool = TOOL.volume(Volume.of("/data").at("/data").readWrite());
    passes(Map.of(), tool);
    passes(Map.of(), tool.user(ProcessUser.current().toString()).capability("NET_RAW"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DAC_OVERRIDE", "CHOWN", "FOWNER", "FSETID", "SETUID", "MKNOD"})
  void aVolumeThatACapabilityWritesNeedsTheKey(String capability) {
    Tool<String, String> tool = TOOL.capability(capability);
    passes(Map.of(), tool.volume(Volume.of("/data").at("/data")));
    needs(PRIVILEGED, tool.volume(Volume.of("/data").at("/data").readWrite()));
  }

  @Test
  void valuesOfOptionsAreInNoMessage() {
    assertThatThrownBy(() -> check(Map.of(), TOOL.engineOptions("--unknown=TOKEN=secret")))
        .hasMessageContaining("--unknown=...")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v", "-iv", "/:/host", "--", "busybox:1", ""})
  void whatIsNoLongOptionIsRefusedByTheDriver(String option) {
    assertThatThrownBy(() -> gate(Map.of()).check(TOOL.engineOptions(option)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(PRIVILEGED + "=true");
  }

  @Test
  void aDeviceOfTheNodeNeedsTheKeyEvenWhereTheRuntimeCanGiveIt() {
    ContainerSpec spec =
        ContainerSpec.builder("run", "image")
            .command(List.of("true"))
            .device(new Device(Path.of("/dev/null"), "/dev/null", "r"))
            .build();

    assertThatThrownBy(() -> gate(Map.of()).checkDevices(TOOL, spec))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("/dev/null")
        .hasMessageContaining(PRIVILEGED + "=true");
    assertThatCode(() -> gate(Map.of(PRIVILEGED, "true")).checkDevices(TOOL, spec))
        .doesNotThrowAnyException();
  }

  private static void needs(String key, Tool<String, String> tool) {
    String other = key.equals(PRIVILEGED) ? NAMESPACES : PRIVILEGED;
    assertThatThrownBy(() -> check(Map.of(other, "true"), tool))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("busybox:1")
        .hasMessageContaining(key + "=true");
    passes(Map.of(key, "true"), tool);
  }

  private static void passes(Map<String, String> conf, Tool<String, String> tool) {
    assertThatCode(() -> check(conf, tool)).doesNotThrowAnyException();
  }

  private static void check(Map<String, String> conf, Tool<String, String> tool) {
    gate(conf).check(tool);
    gate(conf).check(tool, runtime());
  }

  private static SecurityPolicy gate(Map<String, String> conf) {
    return new SecurityPolicy(new LofnConfig(new HashMap<>(conf)));
  }

  private static SelectedRuntime runtime() {
    return new SelectedRuntime(
        "some",
        new FakeProvider.FakeRuntime("some", List.of()) {
          @Override
          public boolean isHarmless(String option) {
            return option.matches("--harmless(=x)?");
          }
        });
  }
}
