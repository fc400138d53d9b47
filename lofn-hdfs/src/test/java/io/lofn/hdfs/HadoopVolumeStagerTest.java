package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.testkit.VolumeStagerContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Hadoop's own local file system; a cluster's is the same interface. */
class HadoopVolumeStagerTest extends VolumeStagerContract {

  @TempDir Path remote;
  @TempDir Path node;

  private VolumeStager stager;

  @BeforeEach
  void createStager() {
    stager = createStager(node);
  }

  @Override
  protected VolumeStager createStager(Path directory) {
    return new HadoopVolumeStagerProvider().create(new StagingConfig(directory, Map.of()));
  }

  @Override
  protected URI publish(Path data) {
    return data.toUri();
  }

  @Test
  void anUnchangedSourceIsCopiedOnce() throws IOException {
    Files.writeString(remote.resolve("e.txt"), "y");

    Path first;
    try (StagedVolume volume = stager.stage(remote.toUri())) {
      assertThat(volume.wasCached()).isFalse();
      first = volume.path();
    }
    FileTime copied = Files.getLastModifiedTime(first);

    try (StagedVolume again = stager.stage(remote.toUri())) {
      assertThat(again.wasCached()).isTrue();
      assertThat(again.path()).isEqualTo(first);
    }
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(copied);
  }

  @Test
  void aChangedSourceIsCopiedAnew() throws IOException {
    Path file = Files.writeString(remote.resolve("e.txt"), "y");
    Path first = stage(remote.toUri());

    Files.writeString(file, "z");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    Path second = stage(remote.toUri());

    assertThat(first.resolve("e.txt")).hasContent("y");
    assertThat(second.resolve("e.txt")).hasContent("z");
  }

  @Test
  void tasksThatAskAtOnceShareOneCopy() throws Exception {
    Files.writeString(remote.resolve("e.txt"), "y".repeat(1_000_000));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Path>> calls = Stream.generate(this::call).limit(8).toList();
      List<Future<Path>> staged = threads.invokeAll(calls);

      Path first = staged.get(0).get();
      for (Future<Path> other : staged) {
        assertThat(other.get()).isEqualTo(first);
      }
      try (Stream<Path> left = Files.list(node)) {
        assertThat(left.filter(Files::isDirectory)).containsExactly(first);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aMissingSourceLeavesNothing() {
    URI missing = remote.resolve("missing").toUri();

    assertThatThrownBy(() -> stager.stage(missing))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("missing does not exist");
    assertThat(node).isEmptyDirectory();
  }

  @Test
  void anUnknownFileSystemIsNamed() {
    assertThatThrownBy(() -> stager.stage(URI.create("nofs://host/path")))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("nofs");
  }

  private Callable<Path> call() {
    return () -> stage(remote.toUri());
  }

  private Path stage(URI source) {
    try (StagedVolume volume = stager.stage(source)) {
      return volume.path();
    }
  }
}
