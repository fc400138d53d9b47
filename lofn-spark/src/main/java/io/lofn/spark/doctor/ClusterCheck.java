package io.lofn.spark.doctor;

import io.lofn.core.check.CheckResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockManagerId;

/**
 * Brings an examination to every node of an application, by jobs with a task for each slot. Spark
 * gives no task to a node of one's choice, so there are more jobs until all have been met.
 */
public final class ClusterCheck {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final JavaSparkContext spark;
  private final Duration patience;

  /**
   * @param patience how long to go on after nodes that were not met
   */
  public ClusterCheck(JavaSparkContext spark, Duration patience) {
    this.spark = spark;
    this.patience = patience;
  }

  /**
   * Examines all nodes.
   *
   * @param nodes how many there are at least
   * @return the findings of each node, none for a node that was not met
   */
  public Map<String, List<CheckResult>> examine(NodeCheckTask examination, int nodes) {
    Map<String, List<CheckResult>> found = new TreeMap<>();
    Instant end = Instant.now().plus(patience);
    while (true) {
      round(examination, found);
      Set<String> missed = executors();
      missed.removeAll(found.keySet());
      if (missed.isEmpty() && found.size() >= nodes) {
        return found;
      }
      if (Instant.now().isAfter(end)) {
        missed.forEach(host -> found.put(host, List.of()));
        return found;
      }
      pause();
    }
  }

  private void round(NodeCheckTask examination, Map<String, List<CheckResult>> found) {
    int slots = Math.max(executors().size(), spark.defaultParallelism());
    List<String[]> rows =
        spark
            .parallelize(Collections.nCopies(slots, 0), slots)
            .mapPartitions(ignored -> examination.rows())
            .setName("lofn doctor")
            .collect();
    Map<String, Map<String, CheckResult>> byHost = new LinkedHashMap<>();
    for (String[] row : rows) {
      CheckResult finding = CheckResult.ofRow(row);
      // Of several executors of a node, the one that has something to complain of.
      byHost
          .computeIfAbsent(row[0], host -> new LinkedHashMap<>())
          .merge(finding.check(), finding, (one, other) -> one.good() ? other : one);
    }
    byHost.forEach((host, findings) -> found.put(host, new ArrayList<>(findings.values())));
  }

  /** The nodes that have executors now; none in a local Spark. */
  private Set<String> executors() {
    BlockManagerId driver = SparkEnv.get().blockManager().blockManagerId();
    Set<String> hosts = new TreeSet<>();
    for (SparkExecutorInfo executor : spark.sc().statusTracker().getExecutorInfos()) {
      if (!executor.host().equals(driver.host()) || executor.port() != driver.port()) {
        hosts.add(executor.host());
      }
    }
    return hosts;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The examination was interrupted", e);
    }
  }
}
