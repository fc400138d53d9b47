package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Binary outputs on a file system that fails to delete, or to write, now and then. */
class OutputDeletionTest {

  private static final Tool<String, BinaryFile> SAVE =
      Tool.lines("any")
          .shell("cat /shared/input.txt > /shared/output.bin")
          .output(BinaryFile.fromFile("output.bin"));

  @TempDir private java.nio.file.Path home;
  private JavaSparkContext context;
  private Lofn lofn;

  @BeforeEach
  void startSpark() {
    context =
        new JavaSparkContext(
            LocalSpark.start(
                    Map.of(
                        "spark.lofn.output.dir",
                        "flaky:" + home,
                        "spark.hadoop.fs.flaky.impl",
                        FlakyFileSystem.class.getName(),
                        "spark.hadoop.fs.flaky.impl.disable.cache",
                        "true"))
                .sparkContext());
    lofn = Lofn.on(context);
  }

  @AfterEach
  void nothingIsLeftWhenTheApplicationHasEnded() throws IOException {
    context.stop();
    assertThat(left()).isZero();
  }

  private long left() throws IOException {
    try (Stream<java.nio.file.Path> all = Files.list(home)) {
      return all.count();
    }
  }

  private BinaryOutputs outputs(int partitions) {
    return lofn.mapBinary(context.parallelize(List.of("a", "b", "c", "d"), partitions), SAVE);
  }

  @Test
  void whatCouldNotBeDeletedIsDeletedByTheNextCloseAndNotReadAnyMore() throws IOException {
    BinaryOutputs outputs = outputs(2);
    FlakyFileSystem.DELETIONS.set(1);

    assertThatThrownBy(outputs::close)
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Cannot delete the binary outputs");
    assertThatThrownBy(outputs::list).hasMessageContaining("are closed");

    outputs.close();
    assertThat(left()).isZero();
  }

  @Test
  void whatCouldNotBeDeletedIsDeletedAtTheEndOfTheApplication() throws IOException {
    BinaryOutputs outputs = outputs(2);
    FlakyFileSystem.DELETIONS.set(1);
    assertThatThrownBy(outputs::close).isInstanceOf(LofnException.class);
    assertThat(left()).isNotZero();
  }

  @Test
  void aReduceThatFailsTellsItsOwnFailureAndDeletesEveryLevel() {
    Tool<BinaryFile, BinaryFile> failsAtTheSecondLevel =
        Tool.of("any", BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
            .shell(
                """
                cat /shared/input_* > /shared/output.bin
                [ $(wc -c < /shared/output.bin) -lt 5 ] || { echo too much >&2; exit 3; }
                """);
    try (BinaryOutputs outputs = outputs(4)) {
      FlakyFileSystem.DELETIONS.set(2);

      assertThatThrownBy(
              () -> lofn.reduceBinary(outputs, failsAtTheSecondLevel, ReduceShape.fanIn(2)))
          .hasMessageContaining("too much")
          .hasMessageNotContaining("Cannot delete");
      assertThat(FlakyFileSystem.DELETIONS).as("both levels were tried").hasValue(0);
    }
  }

  @Test
  void aDirectoryThatCouldNotBeMadeWholeIsDeleted() throws IOException {
    FlakyFileSystem.CREATIONS.set(1);

    assertThatThrownBy(() -> outputs(2))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Cannot make the directory");
    assertThat(left()).isZero();
  }

  /** Local files as a file system of another scheme. */
  public static final class FlakyFileSystem extends RawLocalFileSystem {

    /** How many directories are not deleted, from now on. */
    private static final AtomicInteger DELETIONS = new AtomicInteger();

    /** How many files are made and yet fail, from now on. */
    private static final AtomicInteger CREATIONS = new AtomicInteger();

    /** For Hadoop. */
    public FlakyFileSystem() {}

    @Override
    public URI getUri() {
      return URI.create("flaky:///");
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
      if (Files.isDirectory(pathToFile(path).toPath()) && isDue(DELETIONS)) {
        throw new IOException("the name node is in safe mode");
      }
      return super.delete(path, recursive);
    }

    @Override
    public FSDataOutputStream create(
        Path path,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      FSDataOutputStream out =
          super.create(path, overwrite, bufferSize, replication, blockSize, progress);
      if (isDue(CREATIONS)) {
        out.close();
        throw new IOException("the disk is full");
      }
      return out;
    }

    private static boolean isDue(AtomicInteger count) {
      return count.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }
  }
}
