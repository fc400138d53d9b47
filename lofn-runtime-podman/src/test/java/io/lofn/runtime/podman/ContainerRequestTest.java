package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContainerRequestTest {

  @Test
  void saysASpecInPodmansWords() {
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder()
            .environment("A", "=b")
            .label("l", "v")
            .limits(ResourceLimits.none().cpus(9).memory(1 << 30).pids(7))
            .build();
    ContainerSpec spec =
        ContainerSpec.builder("n", "i")
            .command(List.of("sort", "-r"))
            .stdin()
            .mount(new Mount(Path.of("/a"), "/b", true))
            .settings(settings)
            .build();
    ContainerRequest request =
        new ContainerRequest(() -> 2, () -> true, Optional.of("/init"), Optional.of("/yarn"));
    assertThat(request.of(spec))
        .hasToString(
            "{'name':'n','image':'i','entrypoint':['sort'],'command':['-r'],'stdin':true,"
                    .replace('\'', '"')
                + ("'terminal':false,'init':true,'remove':false,'volatile':true,'init_path':'/init',"
                        + "'env_host':false,'httpproxy':false,'sdnotifyMode':'ignore',"
                        + "'env':{'A':'=b'},'labels':{'l':'v'},"
                        + "'log_configuration':{'driver':'none'},"
                        + "'healthconfig':{'Test':['NONE']},'netns':{'nsmode':'none'},"
                        + "'cap_drop':['all'],'cap_add':[],'no_new_privileges':true,"
                        + "'read_only_filesystem':false,'mounts':[{'type':'bind','source':'/a',"
                        + "'destination':'/b','options':['ro','rbind']}],"
                        + "'resource_limits':{'cpu':{'quota':200000,'period':100000},"
                        + "'memory':{'limit':1073741824,'swap':1073741824},'pids':{'limit':7}},"
                        + "'cgroup_parent':'/yarn',"
                        + "'userns':{'nsmode':'keep-id'}}")
                    .replace('\'', '"'));
  }

  @Test
  void givesDevicesIfAskedFor() {
    ContainerSpec spec = ContainerSpec.builder("n", "i").build();
    Device device = new Device(Path.of("/dev/null"), "/dev/x", "rw");
    ContainerRequest request =
        new ContainerRequest(() -> 2, () -> false, Optional.empty(), Optional.empty());

    assertThat(request.of(spec.toBuilder().device(device).build()).path("devices"))
        .hasToString("[{\"path\":\"/dev/null:/dev/x:rw\"}]");
    assertThat(request.of(spec).has("devices")).isFalse();
  }
}
