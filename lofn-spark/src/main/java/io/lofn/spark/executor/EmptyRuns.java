package io.lofn.spark.executor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * Tells the driver on which partitions a tool ran without a record, and how long that took. One for
 * each context; a task has a copy of its own, which Spark adds to the driver's if the task
 * succeeds. Thread-safe.
 */
final class EmptyRuns extends AccumulatorV2<EmptyRuns.EmptyRun, Map<Long, Long>> {

  private static final long serialVersionUID = 1L;

  /** Stage and partition to nanoseconds. */
  private final ConcurrentHashMap<Long, Long> nanosOfPartitions = new ConcurrentHashMap<>();

  /** A run of a tool on a partition without records. */
  record EmptyRun(int stage, int partition, long nanos) {}

  /**
   * The partitions of a stage on which a tool ran without a record.
   *
   * @param partitions how many
   * @param nanos how long those runs took, all in all
   */
  record OfStage(int partitions, long nanos) {}

  EmptyRuns() {}

  private static long key(int stage, int partition) {
    return ((long) stage << Integer.SIZE) | partition;
  }

  /** What is known of a stage, which is forgotten. */
  OfStage take(int stage) {
    int partitions = 0;
    long nanos = 0;
    for (Long key : nanosOfPartitions.keySet()) {
      if (key >> Integer.SIZE == stage) {
        Long taken = nanosOfPartitions.remove(key);
        partitions++;
        nanos += taken == null ? 0 : taken;
      }
    }
    return new OfStage(partitions, nanos);
  }

  /** Several tools of one task are added up. */
  @Override
  public void add(EmptyRun run) {
    nanosOfPartitions.merge(key(run.stage(), run.partition()), run.nanos(), Long::sum);
  }

  /** Several attempts at one partition count once. */
  @Override
  public void merge(AccumulatorV2<EmptyRun, Map<Long, Long>> other) {
    other.value().forEach(nanosOfPartitions::putIfAbsent);
  }

  @Override
  public boolean isZero() {
    return nanosOfPartitions.isEmpty();
  }

  @Override
  public EmptyRuns copy() {
    EmptyRuns copy = new EmptyRuns();
    copy.nanosOfPartitions.putAll(nanosOfPartitions);
    return copy;
  }

  @Override
  public EmptyRuns copyAndReset() {
    return new EmptyRuns();
  }

  @Override
  public void reset() {
    nanosOfPartitions.clear();
  }

  @Override
  public Map<Long, Long> value() {
    return Map.copyOf(nanosOfPartitions);
  }
}
