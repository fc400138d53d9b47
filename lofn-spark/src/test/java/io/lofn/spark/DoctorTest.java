package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.check.ContainerChecks;
import io.lofn.core.node.ProcessUser;
import io.lofn.spark.doctor.DoctorOptions;
import io.lofn.spark.doctor.DoctorReport;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor's checks of a node whose tools are plain processes. */
class DoctorTest {

  @TempDir Path directory;

  @Test
  void aNodeThatCanRunToolsPasses() throws Exception {
    Files.writeString(directory.resolve("one"), "1");
    Files.writeString(directory.resolve("two"), "2");

    DoctorReport report = examine(Map.of(), "--volume", directory.toString());

    assertThat(report.isGood()).as(report.toString()).isTrue();
    assertThat(report.toString())
        .containsPattern(
            "(?m)^node +user +encoding +free disk +runtime +image +mounts +network +volume$")
        .contains(System.getProperty("user.name") + " (" + ProcessUser.current() + ")")
        .contains(" GiB in ")
        .contains("process, plain processes")
        .contains("  read and write  open, the runtime cannot close it  2 entries\n")
        .endsWith("\n1 of 1 nodes passed\n");
  }

  @Test
  void anImageThatCannotBeHadIsSaid() {
    DoctorReport report = examine(Map.of(), "--image", "missing:1");

    assertThat(report.isGood()).isFalse();
    assertThat(report.toString())
        .contains("FAILED")
        .contains("image:\n  Image missing:1 is not available")
        .contains("-> Name an image that the node has or can pull (--image)")
        .endsWith("\n0 of 1 nodes passed\n");
  }

  @Test
  void aVolumeThatIsNotThereIsSaid() {
    DoctorReport report = examine(Map.of(), "--volume", directory + "/nothing");

    assertThat(report.isGood()).isFalse();
    assertThat(report.toString())
        .contains("volume:\n")
        .contains(directory + "/nothing")
        .as("what has nothing to do with the volume")
        .doesNotContain("network:\n");
  }

  @Test
  void aFullDiskIsSaid() {
    DoctorReport report = examine(Map.of("spark.lofn.tmp.minFree", "1000p"));

    assertThat(report.isGood()).isFalse();
    assertThat(report.toString())
        .contains("free disk:\n  less than spark.lofn.tmp.minFree=")
        .contains("or set spark.lofn.tmp.dir to a directory on a larger disk");
  }

  @Test
  void memoryThatIsNotThereIsSaid() {
    DoctorReport report = examine(Map.of("spark.lofn.tmp.memoryDir", directory + "/nothing"));

    assertThat(report.isGood()).isFalse();
    assertThat(report.toString())
        .contains(
            "free disk:\n  " + directory + "/nothing does not exist, or the executor has no write")
        .contains("or set spark.lofn.tmp.memoryDir to one");
  }

  @Test
  void aRuntimeThatWasPassedOverIsSaidWithTheReason() throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ContainerRuntimeProvider.class.getName()), ClosedProvider.class.getName());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    DoctorReport report;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      report = examine(Map.of("spark.lofn.runtime", "closed,process"));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }

    assertThat(report.isGood()).as(report.toString()).isTrue();
    assertThat(report.toString())
        .containsPattern("(?m)^node .* runtime +passed over +image ")
        .containsPattern("(?m)^[^,\n]+, passed over:\n  closed: no socket at /run/closed\n")
        .endsWith("\n1 of 1 nodes passed\n");
  }

  /** A runtime that no node can use. */
  public static final class ClosedProvider implements ContainerRuntimeProvider {

    @Override
    public String name() {
      return "closed";
    }

    @Override
    public int priority() {
      return NAMED_ONLY;
    }

    @Override
    public Optional<String> unavailableReason(RuntimeConfig config) {
      return Optional.of("no socket at /run/closed");
    }

    @Override
    public ContainerRuntime create(RuntimeConfig config) {
      throw new IllegalStateException("It is never usable");
    }
  }

  @Test
  void aNodeThatIsNotThereIsWaitedForAndThenSaid() {
    DoctorReport report = examine(Map.of(), "--nodes", "2");

    assertThat(report.isGood()).isFalse();
    assertThat(report.toString())
        .contains("2 nodes were wanted, but no executor came up on more than 1")
        .endsWith("\n1 of 2 nodes passed\n");
  }

  @Test
  void anAddressOrARouteIsANetwork() {
    assertThat(
            ContainerChecks.interfaces(
                List.of(
                    "Iface\tDestination\tGateway \tFlags",
                    "eth0\t00000000\t010011AC\t0003",
                    "00000000000000000000000000000001 01 80 10 80       lo",
                    "fe800000000000000042acfffe110002 0a 40 20 80     eth1")))
        .containsExactly("eth0", "eth1");
    assertThat(ContainerChecks.interfaces(List.of("Iface\tDestination", ""))).isEmpty();
  }

  private static DoctorReport examine(Map<String, String> settings, String... options) {
    try (JavaSparkContext spark = new JavaSparkContext(LocalSpark.start(settings).sparkContext())) {
      return Doctor.examine(
          spark, DoctorOptions.parse(options).orElseThrow(), Duration.ofMillis(1));
    }
  }
}
