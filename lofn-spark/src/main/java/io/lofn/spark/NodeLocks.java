package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import com.google.common.util.concurrent.Striped;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/**
 * Lets one holder of a name at a time through on this node, whatever JVM it is in: the executors of
 * one user, of all their applications. A process that dies lets go.
 */
final class NodeLocks {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final int STRIPES = 64;

  /** A file lock holds between processes only. */
  private final Striped<Lock> threads = Striped.lock(STRIPES);

  private final Path directory;
  private final String user = System.getProperty("user.name");

  @Inject
  NodeLocks(LofnConf conf) {
    // Not below Spark's local directories nor java.io.tmpdir: those differ between executors.
    directory = conf.find(LofnConf.TMP_DIR).map(Path::of).orElse(Path.of("/tmp")).toAbsolutePath();
  }

  /** A name that is held. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until nobody else holds a name, and holds it until the result is closed, by the same
   * thread.
   *
   * @param name any text
   * @param atMost how long to wait
   * @throws EngineException if somebody else still holds it then
   */
  Held hold(String name, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    Lock thread = threads.get(name);
    try {
      if (!thread.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        throw heldByAnother(name, atMost);
      }
      try {
        LockFile file = lockFile(name, deadline).orElseThrow(() -> heldByAnother(name, atMost));
        return () -> {
          file.close();
          thread.unlock();
        };
      } catch (IOException | InterruptedException | RuntimeException e) {
        thread.unlock();
        throw e;
      }
    } catch (IOException e) {
      throw new LofnException(
          "Cannot lock '%s' in %s (%s); set %s to a directory of every node that the executor may write"
              .formatted(name, directory, e, LofnConf.TMP_DIR.name()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while waiting for '" + name + "'", e);
    }
  }

  private Optional<LockFile> lockFile(String name, long deadline)
      throws IOException, InterruptedException {
    String hash = Hashing.sha256().hashString(name, UTF_8).toString();
    Path path = directory.resolve("lofn-%s-%s.lock".formatted(user, hash));
    Files.createDirectories(directory);
    while (true) {
      Optional<LockFile> held = LockFile.tryLock(path);
      if (held.isPresent() || System.nanoTime() > deadline) {
        return held;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static EngineException heldByAnother(String name, Duration atMost) {
    return EngineException.transientFailure(
        "Another executor of this node held '%s' for all of %s".formatted(name, atMost),
        new TimeoutException(name));
  }
}
