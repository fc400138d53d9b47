package io.lofn.it;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exchanges in a small tmpfs, and on disk where that is too small. */
@Timeout(value = 4, unit = MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryExchangeIT {

  private static final String IMAGE = "busybox:1";

  /** So many blocks of so many bytes does the file system of the exchange have. */
  private static final String SIZE = "stat -f -c '%b %S' /shared";

  private static final String SIXTEEN_MEBIBYTES = "4096 4096";

  /** Each task is tried twice. */
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark("local[2,2]");

  @TempDir private Path memory;

  static List<Map<String, String>> runtimes() {
    return EveryRuntimeIT.runtimes();
  }

  @BeforeEach
  void mount() {
    Engines.run("mount", "-t", "tmpfs", "-o", "size=16m", "lofn-it", memory.toString());
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      SPARK.awaitNothingLeft();
      Engines.waitUntil("nothing is in memory", () -> Engines.exchanges(memory).isEmpty());
    } finally {
      Engines.run("umount", memory.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void lieInMemoryWhileThereIsRoom(Map<String, String> runtime) throws Exception {
    assertThat(sizes(runtime, Map.of(), Tool.pipe(IMAGE).shell(SIZE)))
        .containsExactly(SIXTEEN_MEBIBYTES, SIXTEEN_MEBIBYTES);

    Path large = Files.write(memory.resolve("large"), new byte[9 << 20]);
    assertThat(sizes(runtime, Map.of(), Tool.pipe(IMAGE).shell(SIZE)))
        .hasSize(2)
        .doesNotContain(SIXTEEN_MEBIBYTES);
    Files.delete(large);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void lieOnDiskOnceTheToolHasFilledMemory(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("head -c 20000000 /dev/zero > /shared/large && " + SIZE);

    assertThat(sizes(runtime, Map.of(), tool)).hasSize(2).doesNotContain(SIXTEEN_MEBIBYTES);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void lieOnDiskOnceTheInputHasFilledMemory(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .<String>input(
                (records, run) -> {
                  try (OutputStream out = Files.newOutputStream(run.file("large"))) {
                    out.write(new byte[20 << 20]);
                  }
                })
            .shell(SIZE);

    assertThat(sizes(runtime, Map.of(), tool)).hasSize(2).doesNotContain(SIXTEEN_MEBIBYTES);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void lieOnDiskIfTheyMayBeKeptOrServeMoreRuns(Map<String, String> runtime) {
    Tool<String, String> tool = Tool.pipe(IMAGE).shell(SIZE);

    assertThat(sizes(runtime, Map.of("spark.lofn.keep", "on-failure"), tool))
        .hasSize(2)
        .doesNotContain(SIXTEEN_MEBIBYTES);
    Map<String, String> reuse =
        Map.of("spark.lofn.container.reuse", "true", "spark.lofn.container.reuse.idle", "1s");
    if (WarmContainersIT.runtimes().contains(runtime)) {
      assertThat(sizes(runtime, reuse, tool)).hasSize(2).doesNotContain(SIXTEEN_MEBIBYTES);
    }
  }

  private List<String> sizes(
      Map<String, String> runtime, Map<String, String> more, Tool<String, String> tool) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.putAll(more);
    settings.put("spark.lofn.tmp.memoryDir", memory.toString());
    return SPARK
        .lofn(settings)
        .map(SPARK.context().parallelize(List.of("a", "b"), 2), tool)
        .collect();
  }
}
