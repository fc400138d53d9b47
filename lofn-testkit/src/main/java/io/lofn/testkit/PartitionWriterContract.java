package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PartitionWriter;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests that every {@link PartitionWriter} must pass. The test class of a writer extends it,
 * and tests the content of the files with a {@link LayoutLab}.
 *
 * @param <I> the type of the records
 */
public abstract class PartitionWriterContract<I> {

  @TempDir private Path directory;

  /**
   * Creates the writer under test.
   *
   * @return a new writer
   */
  protected abstract PartitionWriter<I> writer();

  /**
   * Creates a record.
   *
   * @param number its number
   * @return a new object, and a record that differs from those of other numbers
   */
  protected abstract I record(int number);

  @Test
  final void writesTheSameAfterItWasSent() throws Exception {
    LayoutLab here = lab("here");
    LayoutLab there = lab("there");

    here.write(writer(), records(10));
    there.write(LayoutLab.sent(writer()), records(10));

    assertThat(there.stdin()).isEqualTo(here.stdin());
    assertThat(there.files()).containsExactlyInAnyOrderEntriesOf(here.files());
  }

  @Test
  final void takesAnEmptyPartition() throws IOException {
    LayoutLab lab = lab("run");
    lab.write(writer(), records(0));
    assertThat(lab.stdin()).isEmpty();
    assertThat(lab.files().values()).allSatisfy(bytes -> assertThat(bytes.length).isLessThan(64));
  }

  @Test
  final void readsThePartitionToItsEnd() throws IOException {
    Iterator<I> records = records(10);
    lab("run").write(writer(), records);
    assertThat(records.hasNext()).isFalse();
  }

  @Test
  final void holdsNoRecordThatItHasWritten() throws IOException {
    List<WeakReference<I>> passed = new ArrayList<>();
    Iterator<I> records =
        IntStream.range(0, 200)
            .mapToObj(
                number -> {
                  if (number == 199) {
                    LayoutLab.assertForgotten(passed.get(100));
                  }
                  I next = record(number);
                  passed.add(new WeakReference<>(next));
                  return next;
                })
            .iterator();
    lab("run").write(writer(), records);
    assertThat(passed).hasSize(200);
  }

  @Test
  final void letsAFailureOfThePartitionThroughAndClosesWhatItOpened() throws IOException {
    LayoutLab lab = lab("run");
    IllegalStateException failure = new IllegalStateException("the partition failed");
    Iterator<I> records =
        IntStream.range(0, 10)
            .mapToObj(
                number -> {
                  if (number == 5) {
                    throw failure;
                  }
                  return record(number);
                })
            .iterator();

    assertThatThrownBy(() -> lab.write(writer(), records)).isSameAs(failure);
    lab.assertNothingOpen();
  }

  @Test
  final void closesWhatItOpenedAndStaysInItsExchange() throws IOException {
    LayoutLab lab = lab("run");
    lab.write(writer(), records(100));
    lab.assertNothingOpen();
    try (Stream<Path> around = Files.list(directory)) {
      assertThat(around).containsExactly(lab.exchange());
    }
  }

  private Iterator<I> records(int count) {
    return IntStream.range(0, count).mapToObj(this::record).iterator();
  }

  private LayoutLab lab(String name) throws IOException {
    return new LayoutLab(Files.createDirectory(directory.resolve(name)));
  }
}
