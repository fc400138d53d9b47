package io.lofn.core.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.hash.Hashing;
import com.google.common.util.concurrent.Striped;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks names on this node, across JVMs: among the executors of one user, of all applications. When
 * a process dies, its locks are released.
 */
public final class NodeLocks {

  private static final Logger LOG = LoggerFactory.getLogger(NodeLocks.class);

  private static final Duration POLL = Duration.ofMillis(50);

  /** So many that two names hardly ever share a stripe, and wait for each other. */
  private static final int STRIPES = 1 << 20;

  /**
   * Locks among the threads of this JVM. A file lock holds between processes only, and a thread
   * that opened the file of another one would release the lock of both; so this holds for all
   * configurations.
   */
  private static final Striped<Lock> THREADS = Striped.lazyWeakLock(STRIPES);

  private final Path directory;

  @Inject
  public NodeLocks(LofnConfig conf) {
    // Not below Spark's local directories nor java.io.tmpdir: those differ between executors.
    directory =
        conf.find(LofnConfig.TMP_DIR).map(Path::of).orElse(Path.of("/tmp")).toAbsolutePath();
  }

  /** A held lock of a name. */
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until nobody else holds a name, and holds it until the result is closed, by the same
   * thread.
   *
   * @param name any text
   * @param atMost how long to wait
   * @throws EngineException if another thread or process still holds it then
   */
  public Held hold(String name, Duration atMost) {
    long begin = System.nanoTime();
    long most = NANOSECONDS.convert(atMost);
    Path path = pathOf(name);
    Lock thread = THREADS.get(path);
    try {
      if (!thread.tryLock(most, NANOSECONDS)) {
        throw heldByAnother("Another thread of this process", name, atMost);
      }
      LockFile file = null;
      try {
        file = lockFile(path, begin, most).orElseThrow(() -> heldByAnother(path, name, atMost));
      } finally {
        if (file == null) {
          thread.unlock();
        }
      }
      LockFile held = file;
      return () -> release(held, thread);
    } catch (IOException e) {
      throw new LofnException(
          "Cannot lock '%s' in %s: %s. Set %s to a directory that exists on every node, that the executor may write, and where this path is not another user's."
              .formatted(name, directory, e, LofnConfig.TMP_DIR.name()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while waiting for '" + name + "'", e);
    }
  }

  private Path pathOf(String name) {
    String hash = Hashing.sha256().hashString(name, UTF_8).toString();
    return directory.resolve(ProcessUser.current().own("lofn")).resolve(hash + ".lock");
  }

  private Optional<LockFile> lockFile(Path path, long begin, long most)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    while (true) {
      Optional<LockFile> held = tryLock(path);
      if (held.isPresent() || System.nanoTime() - begin > most) {
        return held;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /**
   * Locks in a directory that no other user may enter. In a directory that all users write, another
   * user could stop all pulls by making a file with a name that is easy to guess.
   */
  private static Optional<LockFile> tryLock(Path path) throws IOException {
    try {
      PrivateDirectory.create(path.getParent());
      return LockFile.tryLock(path);
    } catch (NoSuchFileException emptyAndDeleted) { // by another process that used it
      return Optional.empty();
    }
  }

  /**
   * Releases the locks. What was done under them is done: a file that stays is no failure of it.
   */
  private static void release(LockFile file, Lock thread) {
    try {
      file.close();
      Files.deleteIfExists(file.path().getParent());
    } catch (DirectoryNotEmptyException used) {
      LOG.trace("Others have locks or exchanges in it: {}", used.toString());
    } catch (IOException | RuntimeException e) {
      LOG.warn("Could not delete a lock file; it does no harm: {}", e.toString());
    } finally {
      thread.unlock();
    }
  }

  private static EngineException heldByAnother(Path path, String name, Duration atMost) {
    String process = LockFile.holderOf(path).map(pid -> ", process " + pid + ",").orElse("");
    return heldByAnother("Another executor of this node" + process, name, atMost);
  }

  private static EngineException heldByAnother(String who, String name, Duration atMost) {
    return EngineException.transientFailure(
        "%s held the lock '%s' for the whole wait of %s".formatted(who, name, atMost),
        new TimeoutException(name));
  }
}
