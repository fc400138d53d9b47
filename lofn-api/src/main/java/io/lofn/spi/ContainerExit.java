package io.lofn.spi;

import io.lofn.api.CheckReturnValue;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How a container ended. Immutable; a setter returns a new value. */
@CheckReturnValue
public final class ContainerExit {

  private final int code;
  private final boolean outOfMemory;
  private final @Nullable Long peakMemory;
  private final @Nullable Duration cpuTime;

  /**
   * Creates an exit without measurements.
   *
   * @param code the exit code of the container's first process; 128 plus the signal's number if a
   *     signal ended it
   * @param outOfMemory whether the engine reports that the memory limit was hit; engines miss some
   *     cases
   */
  public ContainerExit(int code, boolean outOfMemory) {
    this(code, outOfMemory, null, null);
  }

  private ContainerExit(
      int code, boolean outOfMemory, @Nullable Long peakMemory, @Nullable Duration cpuTime) {
    this.code = code;
    this.outOfMemory = outOfMemory;
    this.peakMemory = peakMemory;
    this.cpuTime = cpuTime;
  }

  /**
   * Returns this exit with the peak memory of the container.
   *
   * @param bytes the peak of all its processes together; at least what any one of them had touched
   *     and kept
   * @return the new value
   * @throws IllegalArgumentException if it is negative
   */
  public ContainerExit peakMemory(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("A peak of memory cannot be " + bytes + " bytes");
    }
    return new ContainerExit(code, outOfMemory, bytes, cpuTime);
  }

  /**
   * Returns this exit with the processor time of the container.
   *
   * @param time the time of all its processes, in user mode and in the kernel
   * @return the new value
   * @throws IllegalArgumentException if it is negative
   */
  public ContainerExit cpuTime(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("A processor time cannot be " + time);
    }
    return new ContainerExit(code, outOfMemory, peakMemory, time);
  }

  /**
   * Returns the exit code.
   *
   * @return that of the container's first process; 128 plus the signal's number if a signal ended
   *     it
   */
  public int code() {
    return code;
  }

  /**
   * Returns whether the memory limit was hit.
   *
   * @return whether the engine reports it; engines miss some cases
   */
  public boolean outOfMemory() {
    return outOfMemory;
  }

  /**
   * Returns the peak memory of the container.
   *
   * @return bytes; empty if the runtime does not know
   */
  public OptionalLong peakMemory() {
    return peakMemory == null ? OptionalLong.empty() : OptionalLong.of(peakMemory);
  }

  /**
   * Returns the processor time of the container.
   *
   * @return the time of all its processes together; empty if the runtime does not know
   */
  public Optional<Duration> cpuTime() {
    return Optional.ofNullable(cpuTime);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContainerExit exit
        && code == exit.code
        && outOfMemory == exit.outOfMemory
        && peakMemory().equals(exit.peakMemory())
        && cpuTime().equals(exit.cpuTime());
  }

  @Override
  public int hashCode() {
    return code * 2 + (outOfMemory ? 1 : 0);
  }

  @Override
  public String toString() {
    return "code %d%s%s%s"
        .formatted(
            code,
            outOfMemory ? ", out of memory" : "",
            peakMemory == null ? "" : ", at most " + peakMemory + " bytes",
            cpuTime == null ? "" : ", processor time " + cpuTime);
  }
}
