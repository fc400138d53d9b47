package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.testkit.VolumeStagerContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Hadoop's own local file system; a cluster's is the same interface. */
class HadoopVolumeStagerTest extends VolumeStagerContract {

  @TempDir Path remote;
  @TempDir Path node;

  private VolumeStager stager;

  @BeforeEach
  void createStager() {
    TestFileSystem.reset();
    stager = createStager(node);
  }

  @Override
  protected VolumeStager createStager(Path directory) {
    return new HadoopVolumeStagerProvider()
        .create(new StagingConfig(directory, TestFileSystem.CONFIGURATION));
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

  private VolumeStager stagerWith(String key, String value) {
    Map<String, String> hadoop = new HashMap<>(TestFileSystem.CONFIGURATION);
    hadoop.put(key, value);
    return new HadoopVolumeStagerProvider().create(new StagingConfig(node, hadoop));
  }

  @ParameterizedTest
  @CsvSource({
    "s3a://bucket/x, org.apache.hadoop:hadoop-aws:",
    "abfss://c@account.example/x, org.apache.hadoop:hadoop-azure:",
    "gs://bucket/x, com.google.cloud.bigdataoss:gcs-connector",
    "nosuch://host/x, the jar that has the file system"
  })
  void aFileSystemWhoseClassesAreMissingNamesVolumeAndJar(String source, String jar) {
    String scheme = source.substring(0, source.indexOf(':'));
    try (VolumeStager known = stagerWith("fs." + scheme + ".impl", "org.example.NoSuchFileSystem");
        VolumeStager unknown = stagerWith("fs." + scheme + ".impl", "")) {
      for (VolumeStager each : List.of(known, unknown)) {
        assertThatThrownBy(() -> each.stage(URI.create(source)))
            .isInstanceOf(StagingException.class)
            .hasMessageStartingWith("Could not copy the volume " + source + " to " + node)
            .hasMessageContaining("classes of the file system " + scheme + ": are missing (")
            .hasMessageContaining("Add " + jar)
            .hasMessageContaining("spark.jars.packages");
      }
    }
  }

  @Test
  void aFileSystemThatMissesAClassWhenItIsUsedNamesVolumeAndJar() throws Exception {
    Path file = Files.writeString(remote.resolve("late.txt"), "y");
    TestFileSystem.opening =
        opened -> {
          throw new NoClassDefFoundError("com/amazonaws/AmazonClientException");
        };

    assertThatThrownBy(() -> stager.stage(TestFileSystem.uriOf(file)))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("The volume " + TestFileSystem.uriOf(file))
        .hasMessageContaining("com/amazonaws/AmazonClientException")
        .hasMessageContaining("Add the jar");
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
        assertThat(left.filter(Files::isDirectory)).containsExactly(first.getParent());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
  void aDiskThatFillsUpMeanwhileIsNamedWithWhatToDoAndTheSpaceIsGivenBack(String said)
      throws IOException {
    Files.writeString(remote.resolve("e.txt"), "y");
    TestFileSystem.opening =
        file -> {
          throw new IOException(said);
        };
    try (VolumeStager tested =
        new HadoopVolumeStagerProvider()
            .create(new StagingConfig(node, TestFileSystem.CONFIGURATION))) {
      assertThatThrownBy(() -> tested.stage(TestFileSystem.uriOf(remote)))
          .isInstanceOf(StagingException.class)
          .hasMessageContaining(said)
          .hasMessageContaining(node.toString())
          .hasMessageContaining("spark.lofn.volumes.dir");
    } finally {
      TestFileSystem.reset();
    }
    try (Stream<Path> left = Files.list(node)) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
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

  @Test
  void anotherTagIsAnotherStateThoughLengthAndTimeAreTheSame() throws IOException {
    Path file = Files.writeString(remote.resolve("e.txt"), "y");
    URI source = TestFileSystem.uriOf(file);
    FileTime time = Files.getLastModifiedTime(file);
    TestFileSystem.tag = "one";
    Path first = stage(source);
    assertThat(stage(source)).isEqualTo(first);

    Files.writeString(file, "z");
    Files.setLastModifiedTime(file, time);
    TestFileSystem.tag = "two";

    assertThat(stage(source)).hasContent("z");
    assertThat(first).hasContent("y");
  }

  @Test
  void aSourceThatChangesWhileItIsCopiedIsCopiedAgain() throws IOException {
    Path first = Files.writeString(remote.resolve("a"), "old");
    Path second = Files.writeString(remote.resolve("b"), "old");
    AtomicInteger opened = new AtomicInteger();
    TestFileSystem.opening =
        file -> {
          if (opened.getAndIncrement() == 0) {
            Files.writeString(first, "newer");
            Files.writeString(second, "newer");
          }
        };

    Path copy = stage(TestFileSystem.uriOf(remote));

    assertThat(copy.resolve("a")).hasContent("newer");
    assertThat(copy.resolve("b")).hasContent("newer");
    assertThat(opened).hasValue(3);
  }

  @Test
  void aSourceThatChangesAllTheTimeIsNamedAndLeavesNothing() throws IOException {
    Path file = Files.writeString(remote.resolve("a"), "x");
    TestFileSystem.opening = path -> Files.writeString(file, "x", StandardOpenOption.APPEND);

    assertThatThrownBy(() -> stager.stage(TestFileSystem.uriOf(remote)))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("changed during each of 3 attempts");
    try (Stream<Path> left = Files.list(node)) {
      assertThat(left).containsExactly(node.resolve("lock"));
    }
  }

  @Test
  void aSourceThatGoesWhileItIsCopiedIsMissing() throws IOException {
    Path file = Files.writeString(remote.resolve("a"), "x");
    Files.writeString(remote.resolve("b"), "x");
    TestFileSystem.opening = path -> FileTree.delete(remote, Writers.GONE);

    assertThatThrownBy(() -> stager.stage(TestFileSystem.uriOf(remote)))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("does not exist");
    assertThat(file).doesNotExist();
  }

  @Test
  void whatTheFileSystemSaysIsPassedOn() throws IOException {
    Files.writeString(remote.resolve("a"), "x");
    TestFileSystem.opening =
        path -> {
          throw new AccessControlException("alice may not");
        };

    assertThatThrownBy(() -> stager.stage(TestFileSystem.uriOf(remote)))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("has no permission to read the volume ")
        .hasCauseInstanceOf(AccessControlException.class);
  }

  @Test
  void aClosedStagerEndsTheCopyItMakes() throws IOException {
    Files.write(remote.resolve("a"), new byte[10]);
    TestFileSystem.opening = path -> stager.close();

    assertThatThrownBy(() -> stager.stage(TestFileSystem.uriOf(remote)))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("lofn is shutting down");
    try (Stream<Path> left = Files.list(node)) {
      assertThat(left).containsExactly(node.resolve("lock"));
    }
  }

  @Test
  void everyUserCanReadACopyAndOnlyItsOwnerWriteIt() throws IOException {
    Path program = Files.writeString(remote.resolve("run.sh"), "x");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Path secret = Files.writeString(remote.resolve("genome"), "x");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));

    Path copy = stage(remote.toUri());

    assertThat(permissions(copy)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(copy.resolve("run.sh"))).isEqualTo("rwxr-xr-x");
    assertThat(permissions(copy.resolve("genome"))).isEqualTo("rw-r--r--");
    try (StagedVolume volume = stager.stage(remote.toUri())) {
      assertThat(volume.isShared()).isTrue();
    }
  }

  @Test
  void nobodyCanWriteACopyThatNoRuntimeMountsReadOnly() throws IOException {
    Path program = Files.writeString(remote.resolve("run.sh"), "x");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Path data = Files.writeString(remote.resolve("genome"), "x");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rw-------"));
    Path open = stage(remote.toUri());

    try (VolumeStager closing =
            new HadoopVolumeStagerProvider()
                .create(
                    new StagingConfig(node, Long.MAX_VALUE, TestFileSystem.CONFIGURATION, true));
        StagedVolume copy = closing.stage(remote.toUri())) {
      assertThat(copy.path()).isNotEqualTo(open);
      assertThat(permissions(copy.path())).isEqualTo("r-xr-xr-x");
      assertThat(permissions(copy.path().resolve("run.sh"))).isEqualTo("r-xr-xr-x");
      assertThat(permissions(copy.path().resolve("genome"))).isEqualTo("r--r--r--");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
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
