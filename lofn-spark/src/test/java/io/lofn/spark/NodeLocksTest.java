package io.lofn.spark;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One holder of a name at a time, in this JVM and others. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeLocksTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;

  @Test
  void oneAtATimeGetsThrough() throws Exception {
    // Two of them, as two configurations of one JVM have.
    List<NodeLocks> locks = List.of(locks(), locks());
    AtomicInteger inside = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Integer>> most = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      NodeLocks mine = locks.get(i % 2);
      most.add(
          threads.submit(
              () -> {
                try (NodeLocks.Held held = mine.hold("name", LONG)) {
                  int now = inside.incrementAndGet();
                  Files.size(directory); // takes a while
                  inside.decrementAndGet();
                  return now;
                }
              }));
    }
    for (Future<Integer> seen : most) {
      assertThat(seen.get()).isEqualTo(1);
    }
    threads.shutdown();
    assertNothingLeft();
  }

  @Test
  void othersWaitNoLongerThanTheyMay() throws Exception {
    NodeLocks locks = locks();
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Boolean> holder =
        thread.submit(
            () -> {
              try (NodeLocks.Held mine = locks.hold("name", LONG)) {
                held.countDown();
                return done.await(30, SECONDS);
              }
            });
    held.await();
    for (NodeLocks waiting : List.of(locks, locks())) {
      assertThatThrownBy(() -> waiting.hold("name", Duration.ofMillis(100)))
          .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
          .hasMessageContaining("'name'");
    }
    locks.hold("another name", LONG).close();
    done.countDown();
    assertThat(holder.get()).isTrue();
    thread.shutdown();
    locks().hold("name", LONG).close();
    assertNothingLeft();
  }

  @Test
  void anotherProcessWaitsAndOneThatDiesLetsGo() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(other.getInputStream().read()).isEqualTo('h');
    assertThatThrownBy(() -> locks().hold("name", Duration.ofMillis(300)))
        .isInstanceOf(EngineException.class);

    other.destroyForcibly().waitFor();

    locks().hold("name", LONG).close();
    assertNothingLeft();
  }

  /** Holds a name until it is killed. */
  static final class Holder {

    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      NodeLocks locks = new NodeLocks(new LofnConf(Map.of("spark.lofn.tmp.dir", arguments[0])));
      try (NodeLocks.Held held = locks.hold("name", LONG)) {
        System.out.print('h');
        System.out.flush();
        new CountDownLatch(1).await();
      }
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    NodeLocks locks = new NodeLocks(new LofnConf(Map.of("spark.lofn.tmp.dir", file.toString())));
    assertThatThrownBy(() -> locks.hold("name", LONG))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("spark.lofn.tmp.dir");
  }

  private NodeLocks locks() {
    return new NodeLocks(new LofnConf(Map.of("spark.lofn.tmp.dir", directory.toString())));
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }
}
