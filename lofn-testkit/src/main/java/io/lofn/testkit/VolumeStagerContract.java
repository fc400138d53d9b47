package io.lofn.testkit;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.VolumeStager;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests that every {@link VolumeStager} must pass. The test class of a stager extends it. */
public abstract class VolumeStagerContract {

  @TempDir private Path local;
  @TempDir private Path node;

  /**
   * Creates the stager under test. The contract closes it.
   *
   * @param directory the directory of its {@link io.lofn.spi.StagingConfig}
   * @return a new stager
   */
  protected abstract VolumeStager createStager(Path directory) throws Exception;

  /**
   * Publishes data where the stager finds it.
   *
   * @param data a file, or a directory with its content; if it does not exist, nothing is published
   * @return the source of the volume
   */
  protected abstract URI publish(Path data) throws Exception;

  @Test
  final void stagesADirectoryWithAllBelowIt() throws Exception {
    Files.createDirectories(local.resolve("data/a/b"));
    Files.writeString(local.resolve("data/a/b/c d.txt"), "x");
    Files.writeString(local.resolve("data/e.txt"), "y");
    URI source = publish(local.resolve("data"));

    try (VolumeStager stager = createStager(node);
        StagedVolume volume = stager.stage(source)) {
      assertThat(volume.path()).isAbsolute().isDirectory();
      assertThat(volume.path().resolve("a/b/c d.txt")).hasContent("x");
      assertThat(volume.path().resolve("e.txt")).hasContent("y");
    }
  }

  @Test
  final void stagesAFile() throws Exception {
    URI source = publish(Files.writeString(local.resolve("e.txt"), "y"));

    try (VolumeStager stager = createStager(node);
        StagedVolume volume = stager.stage(source)) {
      assertThat(volume.path()).isAbsolute().hasContent("y");
    }
  }

  @Test
  final void keepsTheDataOfOneRunWhenAnotherLetsGo() throws Exception {
    URI source = publish(Files.writeString(local.resolve("e.txt"), "y"));

    try (VolumeStager stager = createStager(node);
        StagedVolume kept = stager.stage(source)) {
      StagedVolume released = stager.stage(source);
      released.close();
      released.close();
      assertThat(kept.path()).hasContent("y");
    }
  }

  @Test
  final void stagesForManyTasksAtOnce() throws Exception {
    String content = "y".repeat(1_000_000);
    URI source = publish(Files.writeString(local.resolve("e.txt"), content));

    try (VolumeStager stager = createStager(node)) {
      List<Future<String>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(ContainerLab.inBackground(() -> contentOf(stager, source)));
      }
      List<String> contents = new ArrayList<>();
      for (Future<String> task : tasks) {
        contents.add(ContainerLab.soon(task));
      }
      assertThat(contents.equals(nCopies(8, content))).as("each has all of it").isTrue();
    }
  }

  private static String contentOf(VolumeStager stager, URI source) throws Exception {
    try (StagedVolume volume = stager.stage(source)) {
      return Files.readString(volume.path());
    }
  }

  @Test
  final void letsEveryUserReadSharedDataAndNobodyWriteIt() throws Exception {
    Files.createDirectories(local.resolve("data/a"));
    Path secret = Files.writeString(local.resolve("data/a/secret"), "x");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    URI source = publish(local.resolve("data"));

    try (VolumeStager stager = createStager(node);
        StagedVolume volume = stager.stage(source)) {
      if (volume.isShared()) {
        for (String name : List.of("", "a", "a/secret")) {
          assertThat(permissionsOf(volume.path().resolve(name))).matches("r[w-][x-]r-[x-]r-[x-]");
        }
      }
      assertThat(volume.path().resolve("a/secret")).hasContent("x");
    }
  }

  private static String permissionsOf(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  final void saysWhichSourceIsMissing() throws Exception {
    URI missing = publish(local.resolve("no-such-data"));

    try (VolumeStager stager = createStager(node)) {
      assertThatThrownBy(() -> stager.stage(missing).close())
          .isInstanceOf(StagingException.class)
          .hasMessageContaining("no-such-data");
    }
  }

  @Test
  final void closesAsOftenAsAsked() throws Exception {
    VolumeStager stager = createStager(node);
    stager.close();
    stager.close();
  }
}
