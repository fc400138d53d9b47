package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests one cache that several processes use. */
@Timeout(120)
class SharedCacheTest {

  @TempDir private Path remote;
  @TempDir private Path node;

  @Test
  void processesThatAskAtOnceDownloadOnce() throws Exception {
    URI source = publish("genome", 5_000_000);
    try (OtherProcess one = OtherProcess.start(source, node);
        OtherProcess other = OtherProcess.start(source, node)) {
      one.awaitLine("ready");
      other.awaitLine("ready");
      one.goOn();
      other.goOn();
      String path = one.awaitLine("staged ");

      assertThat(other.awaitLine("staged ")).isEqualTo(path);
      one.goOn();
      other.goOn();
      List<String> printed =
          Stream.concat(one.awaitEnd().stream(), other.awaitEnd().stream()).toList();
      assertThat(printed).filteredOn(line -> line.startsWith("opened ")).hasSize(1);
      assertThat(printed).filteredOn(line -> line.contains("Copied the volume")).hasSize(1);
    }
  }

  @Test
  void aCopierThatIsKilledLeavesNothingThatCounts() throws Exception {
    URI source = publish("endless", 1_000);
    try (OtherProcess killed = OtherProcess.start(source, node)) {
      killed.goOn();
      killed.awaitLine("opened ");
      killed.kill();
    }

    try (VolumeStager stager = stager(Long.MAX_VALUE);
        StagedVolume volume = stager.stage(source)) {
      assertThat(volume.path()).hasSize(1_000);
    }
    try (Stream<Path> files = Files.walk(node)) {
      assertThat(files.filter(Files::isRegularFile).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("lock", "data", "complete");
    }
  }

  @Test
  void whatAnotherProcessUsesIsNotDeletedUntilItDies() throws Exception {
    URI used = publish("used", 600);
    URI wanted = publish("wanted", 600);
    try (OtherProcess user = OtherProcess.start(used, node);
        VolumeStager stager = stager(1_000)) {
      user.goOn();
      Path path = Path.of(user.awaitLine("staged ").substring("staged ".length()));

      assertThatThrownBy(() -> stager.stage(wanted))
          .isInstanceOf(StagingException.class)
          .hasMessageContaining("in use");
      assertThat(path).hasSize(600);

      user.kill();
      stager.stage(wanted).close();
      assertThat(path).doesNotExist();
    }
  }

  private URI publish(String name, int bytes) throws IOException {
    return TestFileSystem.uriOf(Files.write(remote.resolve(name), new byte[bytes]));
  }

  private VolumeStager stager(long maxBytes) {
    return new HadoopVolumeStagerProvider()
        .create(new StagingConfig(node, maxBytes, TestFileSystem.CONFIGURATION));
  }
}
