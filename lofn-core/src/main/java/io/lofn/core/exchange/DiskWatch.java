package io.lofn.core.exchange;

import io.lofn.files.FileTree;
import io.lofn.files.TreeSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures periodically how much disk space one run uses. To measure a large tree takes time, so
 * another thread does it, and the pause before the next measurement is many times as long.
 */
public final class DiskWatch {

  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

  /**
   * The pause, in multiples of a measurement's time: measuring takes a twentieth of one processor
   * at most.
   */
  private static final int PAUSES = 20;

  private final Path exchange;
  private final Path temporary;
  private final long most;
  private final long inputs;
  private final long freeBefore;
  private final Executor threads;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Instant next = Instant.MIN;
  private volatile String finding = "";

  /**
   * @param limit how many bytes the run may use in addition to its input
   * @param inputs how many bytes of its exchange are input
   */
  public DiskWatch(Exchange exchange, long limit, long inputs, Executor threads) {
    this.exchange = exchange.directory();
    this.temporary = exchange.temporary();
    this.most = limit;
    this.inputs = inputs;
    this.threads = threads;
    this.freeBefore = ExchangeDisk.freeBytes(exchange.directory());
  }

  /** Starts a measurement if one is due; does not wait for it. */
  public void check(Instant now) {
    if (now.isAfter(next) && looking.compareAndSet(false, true)) {
      try {
        threads.execute(this::lookInTurn);
      } catch (RejectedExecutionException e) { // lofn ends, and the run with it
        looking.set(false);
      }
    }
  }

  private void lookInTurn() {
    Instant begun = Instant.now();
    try {
      look(false);
    } finally {
      Duration lasted = Duration.between(begun, Instant.now()).multipliedBy(PAUSES);
      next = Instant.now().plus(lasted.compareTo(SHORTEST_PAUSE) > 0 ? lasted : SHORTEST_PAUSE);
      looking.set(false);
    }
  }

  /**
   * Measures now. An excess stays known, whatever the tool deletes later.
   *
   * @param last whether the tool has ended, so that nothing is hidden because it is changing
   */
  public void look(boolean last) {
    String found = lookOnce(last);
    if (finding.isEmpty() && !found.isEmpty() && (last || !lookOnce(false).isEmpty())) {
      finding = found;
    }
  }

  /**
   * A file that is moved meanwhile may be counted twice, which a second measurement would not
   * repeat.
   */
  private String lookOnce(boolean last) {
    long seen = 0;
    boolean hidden = false;
    for (Path tree : List.of(exchange, temporary)) {
      try {
        TreeSize size = FileTree.measure(tree);
        seen = seen > Long.MAX_VALUE - size.bytes() ? Long.MAX_VALUE : seen + size.bytes();
        hidden |= size.unseen() > 0;
      } catch (IOException e) {
        LOG.debug("Cannot measure the disk use of {}", tree, e);
        hidden = true;
      }
    }
    long lost = freeBefore - ExchangeDisk.freeBytes(exchange);
    if (seen - inputs > most) {
      return "took %d bytes of the disk for its exchange and its /tmp, and may take %d"
          .formatted(seen - inputs, most);
    }
    return hidden && (last || lost > most)
        ? "made a directory that lofn cannot read, and may take %d bytes of the disk: lofn cannot tell whether it took more"
            .formatted(most)
        : "";
  }

  /** Returns whether the run uses too much, as far as it was measured. */
  public boolean isExceeded() {
    return !finding.isEmpty();
  }

  /** Returns what the tool did. */
  public String finding() {
    return finding;
  }
}
