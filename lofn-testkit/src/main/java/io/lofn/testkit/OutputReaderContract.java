package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.OutputReader;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tests that every {@link OutputReader} of many records must pass. The test class of a reader
 * extends it, and tests the content of the records with a {@link LayoutLab}.
 *
 * @param <O> the type of the records
 */
public abstract class OutputReaderContract<O> {

  @TempDir private Path directory;

  /**
   * Creates the reader under test.
   *
   * @return a new reader
   */
  protected abstract OutputReader<O> reader();

  /**
   * Writes output as a tool would. Without records, the tool had an empty input.
   *
   * @param records the number of records
   * @param lab the lab that receives the output
   */
  protected abstract void leave(int records, LayoutLab lab) throws IOException;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 1000})
  final void readsEveryRecord(int count) throws IOException {
    LayoutLab lab = lab(count);
    try (Stream<O> records = lab.read(reader())) {
      assertThat(records.toList()).hasSize(count).doesNotContainNull();
    }
    lab.assertNothingOpen();
  }

  @Test
  final void readsAsManyAfterItWasSent() throws Exception {
    try (Stream<O> records = lab(10).read(LayoutLab.sent(reader()))) {
      assertThat(records.toList()).hasSize(10);
    }
  }

  @Test
  final void closesWhatItOpenedWhenItIsNotReadToTheEnd() throws IOException {
    LayoutLab lab = lab(1000);
    try (Stream<O> records = lab.read(reader())) {
      assertThat(records.iterator().next()).isNotNull();
    }
    lab.assertNothingOpen();
  }

  @Test
  final void holdsNoRecordThatWasRead() throws IOException {
    List<WeakReference<O>> passed = new ArrayList<>();
    try (Stream<O> records = lab(200).read(reader())) {
      for (Iterator<O> each = records.iterator(); passed.size() < 199; ) {
        passed.add(new WeakReference<>(each.next()));
      }
      LayoutLab.assertForgotten(passed.get(100));
    }
  }

  private LayoutLab lab(int records) throws IOException {
    LayoutLab lab = new LayoutLab(Files.createDirectory(directory.resolve("run")));
    if (records == 0) {
      lab.write((none, run) -> {}, Collections.emptyIterator());
    }
    leave(records, lab);
    return lab;
  }
}
