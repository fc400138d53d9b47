package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.StagingException;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spi.OutputStore;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.testkit.VolumeStagerContract;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests with HDFS: a name node and a data node in this JVM. */
class HdfsIT extends VolumeStagerContract {

  private static Path disks;
  private static MiniDFSCluster hdfs;
  private static String root;

  @TempDir private Path local;
  @TempDir private Path node;

  @BeforeAll
  static void start() throws IOException {
    // Not below the build directory: a name node cannot use a path with a blank.
    disks = Files.createTempDirectory(Path.of("/tmp"), "lofn-hdfs");
    hdfs = new MiniDFSCluster.Builder(new Configuration(), disks.toFile()).numDataNodes(1).build();
    hdfs.waitActive();
    root = hdfs.getURI().toString();
  }

  @AfterAll
  static void stop() throws IOException {
    hdfs.shutdown(true);
    FileTree.delete(disks, Writers.GONE);
  }

  @Override
  protected VolumeStager createStager(Path directory) {
    return new HadoopVolumeStagerProvider()
        .create(new StagingConfig(directory, Map.of("fs.defaultFS", root)));
  }

  @Override
  protected URI publish(Path data) throws IOException {
    String target = "/volumes/%s/%s".formatted(UUID.randomUUID(), data.getFileName());
    if (Files.exists(data)) {
      files().put(data, target);
    }
    return URI.create("hdfs://" + target);
  }

  @Test
  void processesThatAskAtOnceDownloadOnce() throws Exception {
    URI source = URI.create(root + publish(big("genome")).getPath());
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
      assertThat(printed).filteredOn(line -> line.contains("Copied the volume")).hasSize(1);
    }
  }

  @Test
  void aFileThatWasReplacedIsAnotherThoughLengthAndTimeAreTheSame() throws Exception {
    URI source = publish(Files.writeString(local.resolve("e.txt"), "y"));
    FileSystem fileSystem = hdfs.getFileSystem();
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(source);
    FileStatus before = fileSystem.getFileStatus(path);
    try (VolumeStager stager = createStager(node);
        StagedVolume first = stager.stage(source)) {
      try (OutputStream out = fileSystem.create(path, true)) {
        out.write('z');
      }
      fileSystem.setTimes(path, before.getModificationTime(), before.getAccessTime());
      try (StagedVolume second = stager.stage(source)) {
        assertThat(first.path()).hasContent("y");
        assertThat(second.path()).hasContent("z");
      }
    }
  }

  @Test
  void aCorruptBlockFailsTheCopyAndLeavesNothing() throws Exception {
    URI source = publish(big("corrupt"));
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(source);
    hdfs.corruptBlockOnDataNodes(
        org.apache.hadoop.hdfs.DFSTestUtil.getFirstBlock(hdfs.getFileSystem(), path));

    try (VolumeStager stager = createStager(node)) {
      assertThatThrownBy(() -> stager.stage(source))
          .isInstanceOf(StagingException.class)
          .hasMessageContaining(source.toString());
    }
    try (Stream<Path> left = Files.list(node)) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
    }
  }

  @Test
  void whoMayNotReadIsTold() throws Exception {
    URI source = publish(Files.writeString(local.resolve("e.txt"), "y"));
    hdfs.getFileSystem()
        .setPermission(new org.apache.hadoop.fs.Path(source), new FsPermission("600"));

    as(
        "alice",
        () -> {
          try (VolumeStager stager = createStager(node)) {
            assertThatThrownBy(() -> stager.stage(source))
                .isInstanceOf(StagingException.class)
                .hasMessageContaining("has no permission to read the volume")
                .hasMessageContaining("alice");
          }
          assertThatThrownBy(() -> files().get(source.toString(), local.resolve("copy")))
              .isInstanceOf(LofnException.class)
              .hasMessageContaining("the user has no permission");
          assertThatThrownBy(() -> files().put(local.resolve("e.txt"), "/mine"))
              .isInstanceOf(LofnException.class)
              .hasMessageContaining("the user has no permission");
          assertThatThrownBy(() -> files().mkdirs("/mine"))
              .isInstanceOf(LofnException.class)
              .hasMessageContaining("the user has no permission");
          assertThatThrownBy(() -> files().delete(source.toString()))
              .isInstanceOf(LofnException.class)
              .hasMessageContaining("the user has no permission");
        });
    assertThat(local.resolve("copy")).doesNotExist();
  }

  @Test
  void filesGoThereAndBack() throws Exception {
    Path data = Files.createDirectories(local.resolve("data"));
    Files.writeString(data.resolve("a b"), "x");
    files().put(data, "/there/and/data");

    files().get(root + "/there/and/data", local.resolve("back/data"));
    assertThat(local.resolve("back/data/a b")).hasContent("x");
    try (Stream<Path> copied = Files.list(local.resolve("back/data"))) {
      assertThat(copied).as("no files of checksums").hasSize(1);
    }

    files().mkdirs("/there/and/data");
    assertThatThrownBy(() -> files().put(data, "/there/and/data"))
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> files().mkdirs("/there/and/data/a b"))
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> files().get("/there/and/data", local.resolve("back/data")))
        .hasMessageContaining("exists already");
    files().delete("/there");
    assertThatThrownBy(() -> files().delete("/there")).hasMessageContaining("it does not exist");
    assertThatThrownBy(() -> files().get("/there", local.resolve("x")))
        .hasMessageContaining("it does not exist");
    assertThatThrownBy(() -> files().put(local.resolve("missing"), "/there"))
        .hasMessageContaining("it does not exist");
  }

  @Test
  void binaryOutputsAreCommittedByRename() throws Exception {
    OutputStore store = new HadoopOutputStoreProvider().create(Map.of("fs.defaultFS", root));
    String directory = store.locate("/outputs");
    assertThat(directory).isEqualTo(root + "/outputs");
    try (OutputStream out = store.create(directory + "/_attempt/x")) {
      out.write('x');
    }
    store.rename(directory + "/_attempt/x", directory + "/part-00000.bin");

    assertThat(store.list(directory)).extracting("name").contains("part-00000.bin");
    assertThatThrownBy(() -> store.rename(directory + "/x", directory + "/part-00000.bin"))
        .hasMessageContaining("already exists");
  }

  private Path big(String name) throws IOException {
    return Files.write(local.resolve(name), new byte[5_000_000]);
  }

  private static HadoopFiles files() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.defaultFS", root);
    return new HadoopFiles(hadoop);
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void as(String user, Action action) throws Exception {
    UserGroupInformation.createRemoteUser(user)
        .doAs(
            (PrivilegedExceptionAction<String>)
                () -> {
                  action.run();
                  return user;
                });
  }
}
