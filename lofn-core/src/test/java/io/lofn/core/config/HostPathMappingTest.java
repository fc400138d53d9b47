package io.lofn.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPathMappingTest {

  private static final HostPathMapping MAP =
      map("/var=/node/var, /var/data = /mnt/node/data/,/tmp=/");

  @ParameterizedTest
  @CsvSource({
    "/var/log/x, /node/var/log/x",
    "/var/data, /mnt/node/data",
    "/var/data/a b/c, /mnt/node/data/a b/c",
    "/var/database, /node/var/database",
    "/tmp/x, /x",
    "/tmp, /",
    "/tmp/../var/data/x, /mnt/node/data/x",
    "/home/x, /home/x"
  })
  void theLongestPrefixCounts(String executor, String engine) {
    assertThat(MAP.map(Path.of(executor))).hasToString(engine);
  }

  @Test
  void aContainerStaysTheSameButForWhereItsMountsAre() {
    ContainerSpec spec =
        ContainerSpec.builder("name", "image")
            .arguments(List.of("argument"))
            .stdin()
            .withoutInit()
            .mount(new Mount(Path.of("/tmp/x"), "/x", true))
            .device(new Device(Path.of("/dev/null"), "/dev/x", "r"))
            .settings(ContainerSettings.defaults().toBuilder().user("7").build())
            .build();

    ContainerSpec mapped = MAP.map(spec);

    assertThat(mapped.mounts()).containsExactly(new Mount(Path.of("/x"), "/x", true));
    assertThat(mapped.toBuilder().mounts(spec.mounts()).build())
        .usingRecursiveComparison()
        .isEqualTo(spec);
  }

  @Test
  void withoutAMapPathsStayAsTheyAre() {
    assertThat(HostPathMapping.NONE.map(Path.of("/a/b"))).hasToString("/a/b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a | '/a' is not of the form PATH-OF-EXECUTOR=PATH-OF-NODE",
        "/a=/b=/c | '/a=/b=/c' is not of the form PATH-OF-EXECUTOR=PATH-OF-NODE",
        "/a=/b, | '' is not of the form PATH-OF-EXECUTOR=PATH-OF-NODE",
        "a=/b | 'a' of 'a=/b' is no absolute path",
        "/a= | '' of '/a=' is no absolute path",
        "/a=/b,/a/=/c | /a is mapped twice"
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> map(text))
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "spark.lofn.host.path.map = '%s' is not a list of pairs of paths: %s", text, problem);
  }

  private static HostPathMapping map(String text) {
    return new LofnConfig(Map.of("spark.lofn.host.path.map", text))
        .find(LofnConfig.HOST_PATH_MAP)
        .orElseThrow();
  }
}
