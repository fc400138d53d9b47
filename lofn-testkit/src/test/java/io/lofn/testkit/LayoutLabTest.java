package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab refuses what a run refuses. */
class LayoutLabTest {

  @TempDir private Path directory;

  @Test
  void aWriterGetsNoFileAfterTheToolHasStarted() {
    LayoutLab lab = new LayoutLab(directory);

    assertThatThrownBy(() -> lab.write(new Late(), List.of("a").iterator()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("file(\"late\") was called after stdin()");
  }

  /** A writer of both, in the wrong order. */
  private static final class Late implements PartitionWriter<String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void write(Iterator<String> records, RunInput run) throws IOException {
      run.stdin().write(1);
      Files.writeString(run.file("late"), records.next());
    }

    @Override
    public boolean usesStdin() {
      return true;
    }
  }
}
