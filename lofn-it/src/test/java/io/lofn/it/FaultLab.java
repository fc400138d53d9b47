package io.lofn.it;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A Spark whose jobs meet faults, and the tally of how they ended. */
final class FaultLab {

  /** How long a job may take to end after a fault; all timeouts of lofn are far below. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Faults must not be waited for longer than needed: short deadlines and frequent clean-up. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "spark.lofn.cleanup.interval", "1s",
          "spark.lofn.engine.timeout", "5s",
          "spark.lofn.run.stopGrace", "1s");

  private static final int ZEROS = 3;

  private final SparkSession session;
  private final TestNode node;
  private final Path directories;
  private int injected;
  private int wrong;
  private int hung;

  /**
   * @param spark the Spark, to run nothing else
   * @param node what runs its containers
   * @param settings more settings of lofn
   * @param directories where its exchanges lie
   */
  FaultLab(SparkSession spark, TestNode node, Map<String, String> settings, Path directories) {
    this.session = spark.newSession();
    this.node = node;
    this.directories = directories;
    Stream.of(SETTINGS, node.settings(), settings)
        .forEach(all -> all.forEach((key, value) -> session.conf().set(key, value)));
  }

  Lofn lofn() {
    return Lofn.on(session);
  }

  JavaSparkContext context() {
    return new JavaSparkContext(session.sparkContext());
  }

  TestNode node() {
    return node;
  }

  String label() {
    return "io.lofn.application=" + context().sc().applicationId();
  }

  List<String> containers() {
    return node.containers(label());
  }

  void injected(int times) {
    injected += times;
  }

  /** Starts a job of so many partitions, each with one record, its number. */
  JavaFutureAction<List<String>> start(Tool<String, String> tool, int partitions) {
    JavaRDD<String> records = context().parallelize(records(partitions), partitions);
    return lofn().map(records, tool).collectAsync();
  }

  static List<String> records(int partitions) {
    return Arrays.asList(
        IntStream.range(0, partitions).mapToObj(Integer::toString).toArray(String[]::new));
  }

  /** Waits for the end of a job: right, or with a failure that lofn explains. */
  void requireOutcome(JavaFutureAction<List<String>> job, List<String> expected)
      throws InterruptedException {
    try {
      List<String> records = job.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (!records.equals(expected)) {
        wrong("wrong result: " + records + " instead of " + expected);
      }
    } catch (CancellationException asked) {
      // As it should be.
    } catch (ExecutionException e) {
      if (!isExplained(e)) {
        wrong("no explanation: " + e.getCause());
      }
    } catch (TimeoutException e) {
      hung(job, "a job of " + expected.size() + " partitions");
    }
  }

  /** Waits for a failure that must come, and whose message must hold a text. */
  void judgeFailure(JavaFutureAction<List<String>> job, String text) throws InterruptedException {
    try {
      List<String> records = job.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      wrong("no failure: " + records);
    } catch (ExecutionException e) {
      if (!isExplained(e) || !says(e, text)) {
        wrong("no explanation with '" + text + "': " + e.getCause());
      }
    } catch (TimeoutException e) {
      hung(job, text);
    }
  }

  private static boolean isExplained(Throwable failure) {
    return Engines.causes(failure).anyMatch(LofnException.class::isInstance)
        || says(failure, "cancelled")
        || says(failure, LofnException.class.getPackageName());
  }

  private static boolean says(Throwable failure, String text) {
    return Engines.causes(failure).anyMatch(cause -> cause.toString().contains(text));
  }

  private void wrong(String what) {
    System.err.println(what);
    wrong++;
  }

  private void hung(JavaFutureAction<?> job, String what) {
    System.err.println("hung: " + what);
    hung++;
    job.cancel(true);
  }

  /** Waits until at least so many containers are there. */
  void awaitContainers(int count) throws InterruptedException {
    if (!await(() -> containers().size() >= count)) {
      throw new AssertionError("There never were " + count + " containers");
    }
  }

  /** Waits until there is something. */
  <T> List<T> await(Supplier<List<T>> wanted) throws InterruptedException {
    AtomicReference<List<T>> found = new AtomicReference<>(List.of());
    if (!await(() -> !found.updateAndGet(before -> wanted.get()).isEmpty())) {
      throw new AssertionError("There never was any");
    }
    return found.get();
  }

  private static boolean await(BooleanSupplier condition) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return true;
  }

  /** Waits for the periodic clean-up, and counts what it has left. */
  FaultRow row(String fault) throws InterruptedException {
    int running = settled(this::runningTasks);
    return new FaultRow(
        fault,
        node.runtime(),
        injected,
        settled(() -> containers().size() + node.processes(directories).size()),
        settled(() -> Engines.exchanges(directories).size()),
        wrong,
        hung + running);
  }

  /** Zero counts when it stays: Spark tells of tasks a moment after they have started. */
  private static int settled(IntSupplier count) throws InterruptedException {
    AtomicInteger last = new AtomicInteger();
    AtomicInteger zeros = new AtomicInteger();
    await(
        () -> {
          last.set(count.getAsInt());
          return (last.get() == 0 ? zeros.incrementAndGet() : zeros.getAndSet(0)) >= ZEROS;
        });
    return last.get();
  }

  private int runningTasks() {
    return Arrays.stream(context().sc().statusTracker().getExecutorInfos())
        .mapToInt(SparkExecutorInfo::numRunningTasks)
        .sum();
  }
}
