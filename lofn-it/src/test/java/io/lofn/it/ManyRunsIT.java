package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As many runs at once as a large node has slots: no client may run out of connections. */
@Tag("serial") // It takes the whole node.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyRunsIT {

  private static final int RUNS = 64;

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark("local[" + RUNS + "]");

  @TempDir private Path meeting;

  static List<Map<String, String>> runtimes() {
    return Engines.EACH;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  /** Each tool waits for all the others, with its three streams open. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void allRunAtTheSameTime(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .volume(Volume.of(meeting.toString()).at("/meeting").readWrite())
            .shell(
                "read n; echo $n; echo waits >&2; : > /meeting/$n;"
                    + " [ $(ls /meeting | wc -l) -lt "
                    + RUNS
                    + " ] || : > /meeting/all;"
                    + " while [ ! -e /meeting/all ]; do sleep 1; done; cat; echo $n");
    List<String> numbers = IntStream.range(0, RUNS).mapToObj(String::valueOf).toList();

    List<String> output =
        SPARK.lofn(runtime).map(SPARK.context().parallelize(numbers, RUNS), tool).collect();

    assertThat(output).isEqualTo(numbers.stream().flatMap(n -> Stream.of(n, n)).toList());
  }
}
