package io.lofn.it;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import io.lofn.spark.NodeImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One job on two nodes: one sees docker only, the other podman only. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodesDifferIT {

  private static final String NOWHERE = "unix:///nonexistent/engine.sock";

  private static final Map<String, String> DOCKER_ONLY = Map.of("CONTAINER_HOST", NOWHERE);
  private static final Map<String, String> PODMAN_ONLY = Map.of("DOCKER_HOST", NOWHERE);

  @Test
  void eachNodeServesWithWhatItHas(@TempDir Path directory) {
    try (StandaloneCluster cluster =
        new StandaloneCluster(directory, 1, List.of(DOCKER_ONLY, PODMAN_ONLY))) {
      JavaSparkContext context = new JavaSparkContext(cluster.spark().sparkContext());
      Lofn lofn = Lofn.on(cluster.spark());
      List<String> words = IntStream.range(0, 400).mapToObj(i -> "word" + i % 7).toList();
      JavaRDD<String> data = context.parallelize(words, 8);
      Tool<String, String> count =
          Tool.pipe("busybox:1")
              .shell(
                  "sort | uniq -c | awk '{print $1, $2}'; sleep 1;"
                      + " [ -e /.dockerenv ] && echo 1 by-docker || echo 1 by-other");
      Tool<String, String> sum =
          Tool.pipe("busybox:1").command("awk", "{n[$2] += $1} END {for (w in n) print n[w], w}");

      List<NodeImage> images = lofn.prepareImages(count);
      List<String> totals = lofn.reduce(lofn.map(data, count), sum).collect();

      assertThat(images)
          .extracting(NodeImage::runtime)
          .containsExactlyInAnyOrder("docker", "podman");
      assertThat(totals.stream().filter(line -> !line.contains(" by-")))
          .containsExactlyInAnyOrderElementsOf(
              words.stream()
                  .collect(groupingBy(Function.identity(), counting()))
                  .entrySet()
                  .stream()
                  .map(entry -> entry.getValue() + " " + entry.getKey())
                  .toList());
      assertThat(totals.stream().filter(line -> line.contains(" by-")).map(NodesDifferIT::name))
          .containsExactlyInAnyOrder("by-docker", "by-other");
    }
  }

  private static String name(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }
}
