package io.lofn.spark;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.lofn.core.image.ImageOnNode;
import io.lofn.spark.executor.ToolCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes images present on all nodes, by a job with one task for each slot of the application. */
final class PrepareImages {

  private static final Logger LOG = LoggerFactory.getLogger(PrepareImages.class);
  private static final String DESCRIPTION = "spark.job.description";

  private final JavaSparkContext spark;

  PrepareImages(JavaSparkContext spark) {
    this.spark = spark;
  }

  List<NodeImage> prepare(List<ToolCall<?, ?>> calls) {
    String images = calls.stream().map(each -> each.tool().image()).collect(joining(", "));
    String before = spark.getLocalProperty(DESCRIPTION);
    spark.setLocalProperty(DESCRIPTION, "lofn prepares images: " + images);
    List<String[]> rows;
    try {
      int slots = Math.max(1, spark.defaultParallelism());
      rows =
          spark
              .parallelize(Collections.nCopies(slots, 0), slots)
              .mapPartitions(ignored -> rows(calls))
              .setName("lofn images " + images)
              .collect();
    } finally {
      spark.setLocalProperty(DESCRIPTION, before);
    }
    List<NodeImage> found =
        rows.stream()
            .map(row -> new NodeImage(row[0], row[1], row[2], row[3]))
            .distinct()
            .sorted(Comparator.comparing(NodeImage::image).thenComparing(NodeImage::host))
            .toList();
    warnOfDifferences(found);
    return found;
  }

  /** Runs on the executors. Returns an array for each image, which every serializer supports. */
  private static Iterator<String[]> rows(List<ToolCall<?, ?>> calls) {
    List<String[]> rows = new ArrayList<>();
    for (ToolCall<?, ?> call : calls) {
      ImageOnNode image = call.prepareImage();
      rows.add(new String[] {image.host(), image.runtime(), image.image(), image.id()});
    }
    return rows.iterator();
  }

  private static void warnOfDifferences(List<NodeImage> found) {
    Map<String, Set<String>> ids =
        found.stream()
            .collect(
                groupingBy(
                    image -> image.image() + " on the runtime " + image.runtime(),
                    mapping(NodeImage::id, toSet())));
    Stream<Map.Entry<String, Set<String>>> different =
        ids.entrySet().stream().filter(entry -> entry.getValue().size() > 1);
    different.forEach(
        entry ->
            LOG.warn(
                "Nodes have different images for the same name {}: {}",
                entry.getKey(),
                entry.getValue()));
  }
}
