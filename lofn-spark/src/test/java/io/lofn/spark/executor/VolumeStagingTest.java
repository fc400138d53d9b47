package io.lofn.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.api.Volume;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.Services;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.hdfs.HadoopVolumeStagerProvider;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeStagingTest {

  private static final String CACHE = ProcessUser.current().own("lofn-volumes");

  @TempDir private Path directory;
  private final List<URI> asked = new ArrayList<>();
  private final List<StagingConfig> configs = new ArrayList<>();

  @Test
  void aPathWithoutASchemeIsOnTheFileSystemOfTheConfiguration() throws IOException {
    Path file = Files.writeString(directory.resolve("a b"), "x");
    Volume volume = Volume.of(file.toString()).at("/data");

    assertThat(staged(Map.of(), directory, volume)).isEqualTo(file);
    assertThat(staged(Map.of("spark.lofn.volumes.fileSystem", "file:///"), directory, volume))
        .isEqualTo(file);
    assertThat(asked).isEmpty();

    staged(Map.of("spark.lofn.volumes.fileSystem", "fake://host:1"), directory, volume);
    assertThat(asked).containsExactly(URI.create("fake://host:1" + file.toUri().getRawPath()));
  }

  @Test
  void copiesLieBelowTheFirstLocalDirectory() throws IOException {
    stageIn(directory.resolve("one"), Map.of());

    assertThat(configs.get(0).directory()).isEqualTo(directory.resolve("one/" + CACHE));
    assertThat(configs.get(0).maxBytes()).isEqualTo(100L << 30);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(configs.get(0).directory())))
        .isEqualTo("rwx------");
  }

  @Test
  void executorsOfTwoWorkersOfANodeShareTheirCopies() throws IOException {
    stageIn(directory.resolve("spark-1/executor-1"), Map.of());
    stageIn(directory.resolve("spark-2/executor-2"), Map.of());

    assertThat(configs).extracting(StagingConfig::directory).containsOnly(directory.resolve(CACHE));
  }

  @Test
  void theConfigurationSaysWhereCopiesAreAndHowMuchTheyTake() throws IOException {
    Path elsewhere = directory.resolve("else/where");
    stageIn(
        directory,
        Map.of("spark.lofn.volumes.dir", elsewhere.toString(), "spark.lofn.volumes.maxSize", "1k"));

    assertThat(configs)
        .containsExactly(new StagingConfig(elsewhere.resolve(CACHE), 1024, Map.of("a", "b")));
  }

  @Test
  void aDirectoryThatOthersCouldFillIsRefused() throws IOException {
    Path open = Files.createDirectory(directory.resolve(CACHE));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> stageIn(directory, Map.of()))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("open to other users")
        .hasMessageContaining("spark.lofn.volumes.dir");
  }

  @Test
  void aSharedCopyIsNeverWritable() {
    Volume volume = Volume.of("fake:/x").at("/data");

    assertThatThrownBy(() -> staged(Map.of(), directory, volume.readWrite()))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("fake:/x at /data (read-write) is a copy that other tools share");
  }

  @Test
  void archivesAreUnpackedByAStagerThatCan() throws IOException {
    Path zip = directory.resolve("x.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("a"));
      out.write('x');
    }
    Volume local = Volume.of(zip.toString()).at("/data").unpacked();
    try (VolumeStaging volumes =
            volumes(Map.of(), directory, List.of(new HadoopVolumeStagerProvider()));
        StagedVolume staged = volumes.stage(local, false)) {
      assertThat(staged.path().resolve("a")).hasContent("x");
    }

    assertThatThrownBy(
            () -> staged(Map.of(), directory, Volume.of("fake:/x.zip").at("/d").unpacked()))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("does not unpack fake:/x.zip");
  }

  private void stageIn(Path local, Map<String, String> conf) throws IOException {
    staged(conf, local, Volume.of("fake:/x").at("/data"));
  }

  private Path staged(Map<String, String> conf, Path local, Volume volume) {
    try (VolumeStaging volumes = volumes(conf, local, List.of(new FakeStagers()));
        StagedVolume staged = volumes.stage(volume, false)) {
      return staged.path();
    }
  }

  private static VolumeStaging volumes(
      Map<String, String> conf, Path local, List<VolumeStagerProvider> providers) {
    return new VolumeStaging(
        new Services<>(providers, List.of()),
        new LofnConfig(conf),
        new NodeEnvironment(List.of(local), new WorkerDirectories()),
        new HadoopProperties(Map.of("a", "b")));
  }

  private final class FakeStagers implements VolumeStagerProvider, VolumeStager {

    @Override
    public Set<String> schemes() {
      return Set.of("fake");
    }

    @Override
    public VolumeStager create(StagingConfig config) {
      configs.add(config);
      return this;
    }

    @Override
    public StagedVolume stage(URI source) {
      asked.add(source);
      return new StagedVolume() {
        @Override
        public Path path() {
          return directory;
        }

        @Override
        public boolean isShared() {
          return true;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }
}
