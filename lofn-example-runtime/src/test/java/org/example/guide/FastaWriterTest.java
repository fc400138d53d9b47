package org.example.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.PartitionWriter;
import io.lofn.testkit.LayoutLab;
import io.lofn.testkit.PartitionWriterContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastaWriterTest extends PartitionWriterContract<String> {

  @Override
  protected PartitionWriter<String> writer() {
    return new FastaWriter("in.fa");
  }

  @Override
  protected String record(int number) {
    return "ACGT" + number;
  }

  @Test
  void numbersTheSequences(@TempDir Path directory) throws IOException {
    LayoutLab lab = new LayoutLab(directory);
    lab.write(writer(), List.of("ACGT", "TTT").iterator());
    assertThat(lab.files().get("in.fa")).asString().isEqualTo(">0\nACGT\n>1\nTTT\n");
  }
}
