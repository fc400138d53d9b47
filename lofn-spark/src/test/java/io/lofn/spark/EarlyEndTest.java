package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Iterators;
import io.lofn.api.Lines;
import io.lofn.api.OutputReader;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.api.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No code upstream runs when a task frees what it uses, in whatever way the task ends. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EarlyEndTest {

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  /** What listeners of tasks found, which run in this JVM. */
  private static final BlockingQueue<String> FOUND = new LinkedBlockingQueue<>();

  /** Kept beyond the run. */
  private static volatile Iterator<String> kept;

  private static volatile CountDownLatch upstream = new CountDownLatch(1);

  /** Is there as soon as the code upstream is at its slow record. */
  private static volatile Path mark;

  @TempDir static Path directory;

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @BeforeEach
  void forget() {
    FOUND.clear();
    upstream = new CountDownLatch(1);
    mark = directory.resolve(UUID.randomUUID().toString());
  }

  /** A tool that does something once the code upstream is at its slow record. */
  private static Tool<String, String> then(String script) {
    return Tool.pipe("any")
        .shell("until [ -e '%s' ]; do sleep 0.02; done; %s".formatted(mark, script));
  }

  @AfterEach
  void noThreadIsLeft() throws Exception {
    LocalSpark.waitUntilIdle(context);
    Instant end = Instant.now().plusSeconds(30);
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("lofn input of"))) {
      assertThat(Instant.now()).as("waiting until no stdin writer is left").isBefore(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /**
   * Records of which one is made slowly. Only then a listener is registered, so that it runs before
   * those that came first; it tells whether it has come into the middle of that.
   */
  private static final class Fragile implements Iterator<String> {

    private final Iterator<String> records;
    private final int slow;
    private final CountDownLatch freed = new CountDownLatch(1);
    private volatile boolean inside;
    private int count;

    Fragile(Iterator<String> records, int slow) {
      this.records = records;
      this.slow = slow;
    }

    @Override
    public boolean hasNext() {
      inside = true;
      try {
        if (count++ == slow) {
          register();
          Files.createFile(mark);
          upstream.countDown();
          freed.await(1, TimeUnit.SECONDS);
        }
        if (freed.getCount() == 0) {
          FOUND.add("read after it was freed");
        }
        return records.hasNext();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return records.hasNext();
      } finally {
        inside = false;
      }
    }

    private void register() {
      TaskContext.get()
          .addTaskCompletionListener(
              (TaskCompletionListener)
                  ignored -> {
                    FOUND.add(inside ? "freed while it was read" : "freed");
                    freed.countDown();
                  });
    }

    @Override
    public String next() {
      return records.next();
    }
  }

  private static JavaRDD<String> fragile(int slow) {
    return context
        .parallelize(numbers(50_000), 1)
        .mapPartitions(records -> new Fragile(records, slow));
  }

  private static String found() throws InterruptedException {
    String first = FOUND.poll(30, TimeUnit.SECONDS);
    LocalSpark.waitUntilIdle(context);
    List<String> all = new ArrayList<>(FOUND);
    all.add(0, first);
    return String.join(", ", all);
  }

  @Test
  void aTaskThatTakesNoMoreEndsOutsideTheCodeUpstream() throws Exception {
    assertThat(lofn.map(fragile(5), then("echo first; cat")).take(1)).containsExactly("first");

    assertThat(found()).isEqualTo("freed");
  }

  @Test
  void aTaskWhoseToolReadsNoMoreEndsOutsideTheCodeUpstream() throws Exception {
    assertThat(lofn.map(fragile(5), then("echo last")).collect()).containsExactly("last");

    assertThat(found()).isEqualTo("freed");
  }

  @Test
  void aTaskWhoseToolFailsEndsOutsideTheCodeUpstream() throws Exception {
    assertThatThrownBy(() -> lofn.map(fragile(5), then("exit 3")).collect())
        .hasMessageContaining("exit code 3");

    assertThat(found()).isEqualTo("freed");
  }

  @Test
  void aTaskThatFailsDownstreamEndsOutsideTheCodeUpstream() throws Exception {
    JavaRDD<String> broken =
        lofn.map(fragile(5), then("echo first; cat"))
            .map(
                record -> {
                  throw new IllegalArgumentException("downstream");
                });

    assertThatThrownBy(broken::collect).hasMessageContaining("downstream");

    assertThat(found()).isEqualTo("freed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskThatIsKilledEndsOutsideTheCodeUpstream(boolean interrupt) throws Exception {
    String group = "killed " + interrupt;
    CompletableFuture<Void> job =
        CompletableFuture.runAsync(
            () -> {
              context.setJobGroup(group, "to be killed", interrupt);
              lofn.map(fragile(5), CAT).collect();
            });
    upstream.await();

    context.cancelJobGroup(group);

    assertThatThrownBy(job::get).isInstanceOf(ExecutionException.class);
    assertThat(found()).isEqualTo("freed");
  }

  @Test
  void severalToolsOneAboveTheOtherEndOutsideTheCodeUpstream() throws Exception {
    JavaRDD<String> below = lofn.map(lofn.map(fragile(5), CAT), CAT);

    assertThat(lofn.map(below, then("echo first; cat")).take(1)).containsExactly("first");

    assertThat(found()).isEqualTo("freed");
  }

  @Test
  void toolsBesideEachOtherInOneTaskBothGetTheirInput() {
    JavaRDD<String> records = context.parallelize(numbers(40_000), 2);

    assertThat(
            lofn.map(records, CAT)
                .zip(lofn.map(records, Tool.pipe("any").command("sed", "s/^/x/")))
                .filter(pair -> !pair._2.equals("x" + pair._1))
                .collect())
        .isEmpty();
  }

  /** The body of a writer of standard input. */
  enum Writer implements PartitionWriter.StdinWriter<String> {
    RETURNS_EARLY {
      @Override
      public void write(Iterator<String> records, OutputStream stdin) throws IOException {
        stdin.write((records.next() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    },
    NEVER_ASKS_WHETHER_THERE_ARE_MORE {
      @Override
      public void write(Iterator<String> records, OutputStream stdin) throws IOException {
        for (int i = 0; i < 20_000; i++) {
          stdin.write((records.next() + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
    },
    FLUSHES_AND_CLOSES {
      @Override
      public void write(Iterator<String> records, OutputStream stdin) throws IOException {
        for (int i = 0; i < 2_000; i++) {
          stdin.write((records.next() + "\n").getBytes(StandardCharsets.UTF_8));
          stdin.flush();
        }
        stdin.close();
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void aWriterMayReadAndWriteAsItLikes(Writer writer) {
    int count =
        switch (writer) {
          case RETURNS_EARLY -> 1;
          case NEVER_ASKS_WHETHER_THERE_ARE_MORE -> 20_000;
          case FLUSHES_AND_CLOSES -> 2_000;
        };
    Tool<String, String> tool = CAT.input(PartitionWriter.stdin(writer));

    assertThat(lofn.map(context.parallelize(numbers(50_000), 1), tool).collect())
        .isEqualTo(numbers(count));
  }

  @Test
  void theFailureOfAWriterIsTheTasks() {
    for (int records : List.of(0, 1, 20_000)) {
      Tool<String, String> tool =
          CAT.input(
              PartitionWriter.stdin(
                  (all, stdin) -> {
                    for (int i = 0; i < records; i++) {
                      stdin.write((all.next() + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                    throw new AssertionError("after " + records);
                  }));

      assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(50_000), 1), tool).collect())
          .hasStackTraceContaining("AssertionError: after " + records);
    }
  }

  /** An upstream future of the user may have been cancelled; that is no end of the records. */
  @Test
  void aCancellationUpstreamIsAFailureOfTheInput() {
    JavaRDD<String> broken =
        context
            .parallelize(numbers(10), 1)
            .map(
                record -> {
                  if (record.equals("5")) {
                    throw new java.util.concurrent.CancellationException("upstream");
                  }
                  return record;
                });

    assertThatThrownBy(() -> lofn.map(broken, CAT).collect())
        .hasStackTraceContaining("CancellationException: upstream");
  }

  @Test
  void recordsThatAWriterKeepsAreOverWhenItReturns() throws Exception {
    Tool<String, String> tool =
        CAT.input(
            PartitionWriter.stdin(
                (records, stdin) -> {
                  kept = records;
                  stdin.write((records.next() + "\n").getBytes(StandardCharsets.UTF_8));
                }));
    assertThat(lofn.map(fragile(-1), tool).collect()).containsExactly("0");

    assertThatThrownBy(() -> kept.hasNext())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before the writer returns");
    assertThatThrownBy(() -> kept.next()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void recordsAreReadAndStandardInputIsWrittenByTheWritersThread() {
    Tool<String, String> reads =
        CAT.input(
            PartitionWriter.stdin((records, stdin) -> elsewhere(() -> records.next() != null)));
    Tool<String, String> writes =
        CAT.input(PartitionWriter.stdin((records, stdin) -> elsewhere(() -> flush(stdin))));

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(5), 1), reads).collect())
        .hasStackTraceContaining("on the thread that calls the writer only");
    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(5), 1), writes).collect())
        .hasStackTraceContaining("Write standard input on the thread that calls the writer only");
  }

  private static boolean flush(OutputStream stdin) {
    try {
      stdin.flush();
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void elsewhere(java.util.function.BooleanSupplier action) throws IOException {
    try {
      assertThat(CompletableFuture.supplyAsync(action::getAsBoolean).get()).isTrue();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  /** Writes a file first; the tool starts only after it, on the task's thread. */
  private static final class FileAndStdin implements PartitionWriter<String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void write(Iterator<String> records, RunInput run) throws IOException {
      Path file = run.file("first");
      Files.writeString(file, records.next());
      OutputStream stdin = run.stdin();
      while (records.hasNext()) {
        stdin.write((records.next() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      assertThat(run.stdin()).isSameAs(stdin);
    }

    @Override
    public boolean usesStdin() {
      return true;
    }
  }

  @Test
  void aWriterMayWriteFilesBeforeItFeeds() {
    Tool<String, String> tool =
        Tool.pipe("any").shell("cat; cat /shared/first").input(new FileAndStdin());
    List<String> all = numbers(30_000);
    List<String> expected = new ArrayList<>(all.subList(1, all.size()));
    expected.add("0");

    assertThat(lofn.map(context.parallelize(all, 1), tool).collect()).isEqualTo(expected);
  }

  @Test
  void aSlowConsumerGetsAllRecords() {
    AtomicInteger count = new AtomicInteger();
    List<String> slow =
        lofn.map(context.parallelize(numbers(100_000), 1), CAT)
            .mapPartitions(
                records ->
                    Iterators.filter(
                        records,
                        record -> {
                          if (count.incrementAndGet() % 10_000 == 0) {
                            LockSupport.parkNanos(50_000_000);
                          }
                          return true;
                        }))
            .collect();

    assertThat(slow).isEqualTo(numbers(100_000));
  }

  @Test
  void anOutputReaderThatUsesFilesAfterAStreamedInputGetsThem() {
    Tool<String, String> tool =
        Tool.pipe("any")
            .shell("echo to the log; cat > /shared/copy")
            .output(Lines.text().fromFile("copy"));

    assertThat(lofn.map(context.parallelize(numbers(50_000), 1), tool).collect())
        .isEqualTo(numbers(50_000));
  }

  @Test
  void standardOutputIsReadByTheThreadThatTakesTheRecords() {
    Tool<String, String> tool =
        CAT.output(
            OutputReader.stdout(
                stdout ->
                    Stream.of(
                        CompletableFuture.supplyAsync(() -> read(stdout)).join().toString())));

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(5), 1), tool).collect())
        .hasStackTraceContaining("read by the thread that takes the records");
  }

  private static Integer read(java.io.InputStream stdout) {
    try {
      return stdout.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Many runs, chained and alone, of which most end early; nothing hangs and nothing is wrong. */
  @Test
  void manyRunsThatEndEarlySomewhereAllEnd() {
    int partitions = 12;
    List<String> all = numbers(partitions * 3_000);
    Tool<String, String> head = Tool.pipe("any").shell("head -n $((RUN % 7 * 300 + 1))");
    List<Tool<String, String>> tools = List.of(CAT, head, Tool.pipe("any").shell("echo 0; cat"));
    for (Tool<String, String> inner : tools) {
      for (Tool<String, String> outer : tools) {
        JavaRDD<String> mapped =
            lofn.map(
                lofn.map(context.parallelize(all, partitions), inner.env("RUN", "3")),
                outer.env("RUN", "5"));

        long count =
            mapped
                .mapPartitionsWithIndex(
                    (partition, records) -> Iterators.limit(records, partition * 250 + 1), false)
                .count();

        assertThat(count).isGreaterThanOrEqualTo(partitions);
      }
    }
  }

  private static List<String> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
