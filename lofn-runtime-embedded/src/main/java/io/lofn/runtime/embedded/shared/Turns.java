package io.lofn.runtime.embedded.shared;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to ask a registry for an image while other nodes wait. A turn is a file that
 * only one node can create, and a second one with a number in its name, which is replaced every few
 * seconds as long as the holder lives. The others watch that by their own clocks.
 *
 * @param place of the store
 * @param patience how long nothing may change
 */
record Turns(Place place, Duration patience) {

  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
  private static final String DIRECTORY = "turns";
  private static final String HOLDER = ".holder";
  private static final int BEATS = 12;
  private static final long FIRST_LOOK_MILLIS = 50;
  private static final long LAST_LOOK_MILLIS = 2000;

  /** A turn; closing it lets others have theirs. */
  interface Turn extends AutoCloseable {

    /** A turn that nobody else knows of. */
    Turn WITHOUT = () -> {};

    /** Returns whether it was another node's, and has ended. */
    default boolean isOver() {
      return false;
    }

    @Override
    void close();
  }

  /** Another node's turn that has ended. */
  private record Over() implements Turn {

    @Override
    public boolean isOver() {
      return true;
    }

    @Override
    public void close() {
      // It was another node's.
    }
  }

  /**
   * Takes the turn, or waits for the end of another node's.
   *
   * @param image what it is for
   * @param key the same, as a part of a file's name
   * @param deadline as {@link System#nanoTime()} counts; after it this node does not wait
   * @throws IOException if nothing can be written there
   */
  Turn await(String image, String key, long deadline) throws IOException {
    String holder = at(key + HOLDER);
    try (OutputStream out = place.files().create(holder)) {
      out.write(ProcessHandle.current().toString().getBytes(UTF_8));
    } catch (IOException e) {
      if (seen(key).isEmpty()) {
        return retried(holder, key, e);
      }
      LOG.info("Another node pulls image {} and puts it into {}; waiting for that", image, place);
      return awaitEnd(image, key, deadline) ? new Over() : Turn.WITHOUT;
    }
    return new Held(key);
  }

  /** The other node's turn may have ended in between. */
  private Turn retried(String holder, String key, IOException failure) throws IOException {
    try {
      place.files().create(holder).close();
      return new Held(key);
    } catch (IOException e) {
      if (!seen(key).isEmpty()) {
        return new Over();
      }
      e.addSuppressed(failure);
      throw e;
    }
  }

  private String at(String name) {
    return place.at(DIRECTORY + "/" + name);
  }

  /** Returns the files of a turn. */
  private List<String> seen(String key) throws IOException {
    return place.files().list(place.at(DIRECTORY)).stream()
        .map(StoredPath::name)
        .filter(name -> name.startsWith(key + "."))
        .sorted()
        .toList();
  }

  private boolean awaitEnd(String image, String key, long deadline) throws IOException {
    List<String> last = List.of();
    long since = System.nanoTime();
    long pause = FIRST_LOOK_MILLIS;
    while (System.nanoTime() - deadline < 0) {
      List<String> seen = seen(key);
      if (!seen.contains(key + HOLDER)) {
        return true;
      }
      if (!seen.equals(last)) {
        last = seen;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > patience.toNanos()) {
        LOG.info(
            "Nothing is heard of the node that pulls image {} into {}; this one takes its turn",
            image,
            place);
        delete(key);
        return true;
      }
      pause(pause + ThreadLocalRandom.current().nextLong(pause));
      pause = Math.min(2 * pause, LAST_LOOK_MILLIS);
    }
    return false;
  }

  /** Deletes the files of a turn; that of its holder is the last of them by name. */
  private void delete(String key) throws IOException {
    for (String each : seen(key)) {
      place.files().delete(at(each));
    }
  }

  private static void pause(long millis) {
    try {
      boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while another node pulls the image", e);
    }
  }

  /** This node's turn. */
  private final class Held implements Turn {

    private final String key;
    private final ScheduledExecutorService beats =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "lofn-shared-store");
              thread.setDaemon(true);
              return thread;
            });
    private int last;

    @SuppressWarnings("FutureReturnValueIgnored") // A beat notes its own failure.
    Held(String key) {
      this.key = key;
      long millis = Math.max(1, patience.toMillis() / BEATS);
      beats.scheduleAtFixedRate(this::beat, 0, millis, TimeUnit.MILLISECONDS);
    }

    private String file(int beat) {
      return at("%s.%08d".formatted(key, beat));
    }

    private void beat() {
      try {
        place.files().create(file(last + 1)).close();
        if (last > 0) {
          place.files().delete(file(last));
        }
        last++;
      } catch (IOException e) {
        LOG.debug("Could not write {}; other nodes may pull the image, too", file(last), e);
      }
    }

    @Override
    public void close() {
      beats.shutdown();
      boolean interrupted = Thread.interrupted();
      try {
        // A beat after the end would stay.
        if (!beats.awaitTermination(1, TimeUnit.MINUTES)) {
          LOG.debug("The file system of {} does not answer", place);
        }
        delete(key);
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (IOException e) {
        LOG.debug("Could not delete {}; other nodes wait until they give it up", key, e);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
