package io.lofn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class LoopsTest {

  /**
   * Tests that JMH finds the output of its annotation processor, which may be missing in a build.
   */
  @Test
  void jmhFindsTheBenchmarks() {
    Set<BenchmarkListEntry> all =
        BenchmarkList.defaultList()
            .getAll(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                List.of());

    assertThat(all)
        .extracting(BenchmarkListEntry::getUsername)
        .containsExactlyInAnyOrder(
            "io.lofn.api.LinesBenchmark.decode",
            "io.lofn.api.LinesBenchmark.decodeBytes",
            "io.lofn.api.LinesBenchmark.encode",
            "io.lofn.http.FramesBenchmark.content");
  }
}
