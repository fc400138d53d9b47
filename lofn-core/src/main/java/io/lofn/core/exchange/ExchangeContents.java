package io.lofn.core.exchange;

import io.lofn.spi.InputSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange holds when the tool starts, and how much the tool adds. Thread-safe.
 *
 * <p>The tool may change the files at any time: sizes are those of the moment.
 */
public final class ExchangeContents {

  private final Exchange exchange;
  private final long inputBytes;
  private final @Nullable DiskWatch watch;
  private final @Nullable InputSnapshot inputs;

  private ExchangeContents(
      Exchange exchange,
      long inputBytes,
      @Nullable DiskWatch watch,
      @Nullable InputSnapshot inputs) {
    this.exchange = exchange;
    this.inputBytes = inputBytes;
    this.watch = watch;
    this.inputs = inputs;
  }

  /**
   * Notes what is in an exchange before the tool starts.
   *
   * @param limit how many bytes the run may use in addition to its input
   * @param listed whether {@link #inputs()} will be asked for
   * @param threads measure the use of the disk
   * @throws IOException if the files cannot be listed
   */
  public static ExchangeContents of(
      Exchange exchange, OptionalLong limit, boolean listed, Executor threads) throws IOException {
    long bytes = ExchangeDisk.bytes(exchange.directory());
    return new ExchangeContents(
        exchange,
        bytes,
        limit.isPresent() ? new DiskWatch(exchange, limit.getAsLong(), bytes, threads) : null,
        listed ? InputSnapshot.of(exchange.directory()) : null);
  }

  /** Returns how many bytes the exchange held. */
  public long inputBytes() {
    return inputBytes;
  }

  /** Returns how many bytes the tool has added until now. */
  public long outputBytes() {
    return Math.max(0, ExchangeDisk.bytes(exchange.directory()) - inputBytes);
  }

  /** Returns the watch that has seen too much, and has it look again if that is due. */
  public Optional<DiskWatch> exceeded(Instant now) {
    if (watch != null && !watch.isExceeded()) {
      watch.check(now);
    }
    return Optional.ofNullable(watch).filter(DiskWatch::isExceeded);
  }

  /**
   * Measures once more at the end, since a tool may write much in a short time, or hide it
   * meanwhile; returns the watch that has seen too much.
   */
  public Optional<DiskWatch> exceededAtEnd() {
    if (watch != null) {
      watch.look(true);
    }
    return Optional.ofNullable(watch).filter(DiskWatch::isExceeded);
  }

  /**
   * Returns the files that were in the exchange.
   *
   * @throws IllegalStateException if they were not listed
   */
  public InputSnapshot inputs() {
    if (inputs == null) {
      throw new IllegalStateException(
          "An OutputReader that asks for files() must return true from listsFiles()");
    }
    return inputs;
  }
}
