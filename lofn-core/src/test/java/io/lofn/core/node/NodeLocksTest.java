package io.lofn.core.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** As when a disk fails: the name must be free again for the threads that share its stripe. */
  @Test
  void aNameIsFreeAgainThoughItsFileCannotBeDeleted() throws Exception {
    NodeLocks locks = locks();
    Path file;
    try (NodeLocks.Held held = locks.hold("name", LONG)) {
      file = onlyFile();
      Files.delete(file);
      Files.createDirectories(file.resolve("not empty"));
    }
    Files.delete(file.resolve("not empty"));
    Files.delete(file);

    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Boolean> another =
        thread.submit(
            () -> {
              locks.hold("name", Duration.ofSeconds(5)).close();
              return true;
            });
    assertThat(another.get()).isTrue();
    thread.shutdown();
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkdir", "mkfifo", "ln -s /nowhere"})
  void whatIsPlantedInPlaceOfALockIsRefusedAtOnce(String plant) throws Exception {
    Path file;
    try (NodeLocks.Held held = locks().hold("name", LONG)) {
      file = onlyFile();
    }
    List<String> command = new ArrayList<>(List.of(plant.split(" ")));
    command.add(file.toString());
    PrivateDirectory.create(file.getParent());
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();

    assertThatThrownBy(() -> locks().hold("name", LONG))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(file + " is not a regular file");
    Files.delete(file);
    locks().hold("name", LONG).close();
  }

  /** A process that opens and closes the file of its own lock releases the lock. */
  @Test
  void whoWaitsInVainDoesNotLetAnotherProcessIn() throws Exception {
    try (NodeLocks.Held mine = locks().hold("name", LONG)) {
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<NodeLocks.Held> waiting =
          thread.submit(() -> locks().hold("name", Duration.ofMillis(100)));
      assertThatThrownBy(waiting::get).hasCauseInstanceOf(EngineException.class);
      thread.shutdown();

      Process other = start(Trier.class);
      assertThat(other.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("busy");
    }
  }

  /** Prints whether it gets the lock of a name. */
  static final class Trier {

    private Trier() {}

    public static void main(String[] arguments) {
      NodeLocks locks = new NodeLocks(new LofnConfig(Map.of("spark.lofn.tmp.dir", arguments[0])));
      try (NodeLocks.Held held = locks.hold("name", Duration.ofMillis(300))) {
        System.out.print("held");
      } catch (EngineException e) {
        System.out.print("busy");
      }
    }
  }

  private Process start(Class<?> program) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            program.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private Path onlyFile() throws IOException {
    Path own = directory.resolve(ProcessUser.current().own("lofn"));
    try (Stream<Path> files = Files.list(own)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  @Test
  void anotherProcessWaitsAndOneThatDiesLetsGo() throws Exception {
    Process other = start(Holder.class);
    assertThat(other.getInputStream().read()).isEqualTo('h');
    assertThatThrownBy(() -> locks().hold("name", Duration.ofMillis(300)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("process " + other.pid() + ", held the lock 'name'");

    other.destroyForcibly().waitFor();

    locks().hold("name", LONG).close();
    assertNothingLeft();
  }

  /** Holds a name until it is killed. */
  static final class Holder {

    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      NodeLocks locks = new NodeLocks(new LofnConfig(Map.of("spark.lofn.tmp.dir", arguments[0])));
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
    NodeLocks locks = new NodeLocks(new LofnConfig(Map.of("spark.lofn.tmp.dir", file.toString())));
    assertThatThrownBy(() -> locks.hold("name", LONG))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("spark.lofn.tmp.dir");
  }

  private NodeLocks locks() {
    return new NodeLocks(new LofnConfig(Map.of("spark.lofn.tmp.dir", directory.toString())));
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }
}
