package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests waits for other users of a cache: each wait ends, and can be interrupted. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheWaitTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void end() throws InterruptedException {
    release.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(1, MINUTES)).isTrue();
  }

  private NodeCache cache(Duration patience) throws IOException {
    return new NodeCache(directory, new CacheSpace(directory, 1 << 20, path -> 1L << 40), patience);
  }

  /**
   * Starts a copy that makes progress while the flag allows it, and completes after the release.
   */
  private Future<StagedVolume> begin(NodeCache cache, Callable<Boolean> goesOn) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Future<StagedVolume> made =
        threads.submit(
            () ->
                cache.get(
                    "a",
                    "a",
                    10,
                    (target, growth) -> {
                      begun.countDown();
                      whileTrue(goesOn, growth);
                      Files.write(target, new byte[10]);
                    }));
    assertThat(begun.await(1, MINUTES)).isTrue();
    return made;
  }

  private void whileTrue(Callable<Boolean> goesOn, NodeCache.Growth growth) {
    try {
      while (goesOn.call()) {
        growth.upTo(10);
        LockSupport.parkNanos(1_000_000);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static StagedVolume waitFor(NodeCache cache) throws IOException, InterruptedException {
    return cache.get(
        "a",
        "a",
        10,
        (target, growth) -> {
          throw new IOException("made twice");
        });
  }

  @Test
  void aCopyThatStandsStillIsNotWaitedForForEver() throws Exception {
    NodeCache cache = cache(SHORT);
    Future<StagedVolume> stuck = begin(cache, () -> !release.await(1, MINUTES));

    assertThatThrownBy(() -> waitFor(cache))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("volume a is being copied to " + directory)
        .hasMessageContaining("written nothing for PT0.3S")
        .hasMessageContaining("copy-" + ProcessHandle.current().pid())
        .hasMessageContaining("spark.lofn.volumes.dir");
    release.countDown();
    stuck.get().close();
  }

  @Test
  void aCopyThatGoesOnIsWaitedForForAsLongAsItTakes() throws Exception {
    NodeCache cache = cache(SHORT);
    long end = System.nanoTime() + SHORT.multipliedBy(4).toNanos();
    Future<StagedVolume> slow = begin(cache, () -> System.nanoTime() < end);

    try (StagedVolume copy = waitFor(cache)) {
      assertThat(copy.wasCached()).isTrue();
      assertThat(System.nanoTime()).isGreaterThanOrEqualTo(end);
    }
    slow.get().close();
  }

  @Test
  void whoWaitsForACopyIsFreedByTheEndOfLofn() throws Exception {
    NodeCache cache = cache(LONG);
    Future<StagedVolume> stuck = begin(cache, () -> !release.await(1, MINUTES));
    Future<StagedVolume> waiting = threads.submit(() -> waitFor(cache));

    cache.close();

    assertThatThrownBy(waiting::get).hasMessageContaining("lofn is shutting down");
    release.countDown();
    stuck.get().close();
  }

  @Test
  void whoWaitsForACopyOrForTheLockCanBeInterrupted() throws Exception {
    NodeCache cache = cache(LONG);
    Future<StagedVolume> stuck = begin(cache, () -> !release.await(1, MINUTES));
    assertInterruptible(() -> waitFor(cache), new CountDownLatch(0));

    try (FileChannel held = hold()) {
      assertInterruptible(() -> waitFor(cache), new CountDownLatch(0));
    }
    CacheLock lock = new CacheLock(directory, LONG);
    Future<Boolean> inside = inside(lock);
    assertInterruptible(() -> lock.with(() -> true), new CountDownLatch(0));
    release.countDown();
    assertThat(inside.get()).isTrue();
    stuck.get().close();
  }

  private static void assertInterruptible(Callable<?> wait, CountDownLatch begun) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<?> waiting = thread.submit(wait);
    assertThat(begun.await(1, MINUTES)).isTrue();
    thread.shutdownNow();
    // InterruptedException, or the exception of an interrupted channel.
    assertThatThrownBy(() -> waiting.get(30, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .extracting(failure -> failure.getCause().getClass().getSimpleName(), STRING)
        .contains("Interrupt");
  }

  @Test
  void theLockOfAThreadThatHangsIsNotWaitedForForEver() throws Exception {
    Future<Boolean> inside = inside(new CacheLock(directory, LONG));

    assertThatThrownBy(() -> new CacheLock(directory, SHORT).with(() -> true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the thread 'pool-")
        .hasMessageContaining("has held the lock of the volumes in " + directory.toRealPath())
        .hasMessageContaining("spark.lofn.volumes.dir");
    release.countDown();
    assertThat(inside.get()).isTrue();
    assertThat(new CacheLock(directory, LONG).<Boolean>with(() -> true)).isTrue();
  }

  @Test
  void theLockOfAnotherProcessThatHangsIsNotWaitedForForEver() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Inside.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(other.getInputStream().readNBytes(2)).asString(UTF_8).isEqualTo("in");

    CacheLock lock = new CacheLock(directory, SHORT);
    assertThatThrownBy(() -> lock.with(() -> true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("process " + other.pid() + " of this node has held the lock");
    other.destroyForcibly().waitFor();
    assertThat(lock.<Boolean>with(() -> true)).isTrue();
  }

  /** Holds the lock until it is killed. */
  static final class Inside {

    private Inside() {}

    public static void main(String[] arguments) throws IOException {
      new CacheLock(Path.of(arguments[0]))
          .with(
              () -> {
                System.out.print("in");
                System.out.flush();
                return System.in.read();
              });
    }
  }

  @Test
  void aCopyThatIsInterruptedLeavesNothing() throws Exception {
    NodeCache cache = cache(LONG);
    CountDownLatch begun = new CountDownLatch(1);
    assertInterruptible(
        () ->
            cache.get(
                "a",
                "a",
                10,
                (target, growth) -> {
                  Files.write(target, new byte[5]);
                  begun.countDown();
                  await();
                }),
        begun);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(directory.resolve("lock"));
    }
  }

  private static void await() throws IOException {
    try {
      assertThat(new CountDownLatch(1).await(1, MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FileLockInterruptionException();
    }
  }

  private Future<Boolean> inside(CacheLock lock) throws InterruptedException {
    CountDownLatch in = new CountDownLatch(1);
    Future<Boolean> inside =
        threads.submit(
            () ->
                lock.with(
                    () -> {
                      in.countDown();
                      return isReleased();
                    }));
    assertThat(in.await(1, MINUTES)).isTrue();
    return inside;
  }

  private boolean isReleased() {
    try {
      return release.await(1, MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Takes the file lock, as the same class of another class loader in this process would. */
  private FileChannel hold() throws IOException {
    FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.WRITE);
    FileLock unused = channel.lock();
    return channel;
  }
}
