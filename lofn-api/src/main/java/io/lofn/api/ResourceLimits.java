package io.lofn.api;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much of a node one container may use. What is not set is not limited by the value itself; the
 * session's configuration then decides.
 */
@CheckReturnValue
public final class ResourceLimits implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final ResourceLimits NONE = new ResourceLimits(null, null, null, null, null);

  private final @Nullable Double cpus;
  private final @Nullable Long memory;
  private final @Nullable Long pids;
  private final @Nullable Long sharedMemory;
  private final @Nullable Long disk;

  private ResourceLimits(
      @Nullable Double cpus,
      @Nullable Long memory,
      @Nullable Long pids,
      @Nullable Long sharedMemory,
      @Nullable Long disk) {
    this.cpus = cpus;
    this.memory = memory;
    this.pids = pids;
    this.sharedMemory = sharedMemory;
    this.disk = disk;
  }

  /**
   * Limits with nothing set.
   *
   * @return the limits
   */
  public static ResourceLimits none() {
    return NONE;
  }

  /**
   * These limits with another share of the processors.
   *
   * @param cpus processors, such as 1.5; greater than 0 and finite
   * @return the new limits
   */
  public ResourceLimits cpus(double cpus) {
    if (!(cpus > 0) || Double.isInfinite(cpus)) {
      throw new IllegalArgumentException("cpus must be a number greater than 0, not " + cpus);
    }
    return new ResourceLimits(cpus, memory, pids, sharedMemory, disk);
  }

  /**
   * These limits with another amount of memory, swap included.
   *
   * @param bytes bytes, at least 1
   * @return the new limits
   */
  public ResourceLimits memory(long bytes) {
    return new ResourceLimits(cpus, positive("memory", bytes), pids, sharedMemory, disk);
  }

  /**
   * These limits with another amount of memory, swap included, as {@link #memory(long)}.
   *
   * @param size a number with a unit, such as {@code "2g"}
   * @return the new limits
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public ResourceLimits memory(String size) {
    return memory(Units.ofSetter("ResourceLimits.memory", size, Units::size));
  }

  /**
   * These limits with another number of processes and threads.
   *
   * @param count processes and threads, at least 1
   * @return the new limits
   */
  public ResourceLimits pids(long count) {
    return new ResourceLimits(cpus, memory, positive("pids", count), sharedMemory, disk);
  }

  /**
   * These limits with another size of {@code /dev/shm}.
   *
   * @param bytes bytes, at least 1
   * @return the new limits
   */
  public ResourceLimits sharedMemory(long bytes) {
    return new ResourceLimits(cpus, memory, pids, positive("sharedMemory", bytes), disk);
  }

  /**
   * These limits with another amount of {@code /dev/shm}, as {@link #sharedMemory(long)}.
   *
   * @param size a number with a unit, such as {@code "1g"}
   * @return the new limits
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public ResourceLimits sharedMemory(String size) {
    return sharedMemory(Units.ofSetter("ResourceLimits.sharedMemory", size, Units::size));
  }

  /**
   * These limits with another amount of disk that one run may take by what it writes into its
   * exchange and its {@code /tmp}. lofn holds it, by looking now and then; runtimes need not.
   *
   * @param bytes bytes, at least 1
   * @return the new limits
   */
  public ResourceLimits disk(long bytes) {
    return new ResourceLimits(cpus, memory, pids, sharedMemory, positive("disk", bytes));
  }

  /**
   * These limits with another amount of disk that one run may take, as {@link #disk(long)}.
   *
   * @param size a number with a unit, such as {@code "20g"}
   * @return the new limits
   * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
   */
  public ResourceLimits disk(String size) {
    return disk(Units.ofSetter("ResourceLimits.disk", size, Units::size));
  }

  private static long positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value);
    }
    return value;
  }

  /**
   * Processors.
   *
   * @return the share, or empty if not set
   */
  public OptionalDouble cpus() {
    return cpus == null ? OptionalDouble.empty() : OptionalDouble.of(cpus);
  }

  /**
   * Memory in bytes, swap included.
   *
   * @return the limit, or empty if not set
   */
  public OptionalLong memory() {
    return optional(memory);
  }

  /**
   * Processes and threads.
   *
   * @return the limit, or empty if not set
   */
  public OptionalLong pids() {
    return optional(pids);
  }

  /**
   * The size of {@code /dev/shm} in bytes.
   *
   * @return the limit, or empty if not set
   */
  public OptionalLong sharedMemory() {
    return optional(sharedMemory);
  }

  /**
   * Disk that one run may take, in bytes.
   *
   * @return the limit, or empty if not set
   */
  public OptionalLong disk() {
    return optional(disk);
  }

  private static OptionalLong optional(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /**
   * These limits, with what is not set taken from others.
   *
   * @param defaults the limits that give way
   * @return the new limits
   */
  public ResourceLimits orElse(ResourceLimits defaults) {
    return new ResourceLimits(
        cpus != null ? cpus : defaults.cpus,
        memory != null ? memory : defaults.memory,
        pids != null ? pids : defaults.pids,
        sharedMemory != null ? sharedMemory : defaults.sharedMemory,
        disk != null ? disk : defaults.disk);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ResourceLimits limits && values().equals(limits.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  private List<Object> values() {
    return Arrays.asList(cpus, memory, pids, sharedMemory, disk);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "cpus", cpus);
    append(text, "memory", memory);
    append(text, "pids", pids);
    append(text, "sharedMemory", sharedMemory);
    append(text, "disk", disk);
    return text.length() == 0 ? "none" : text.toString();
  }

  private static void append(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(text.length() == 0 ? "" : ", ").append(name).append(' ').append(value);
    }
  }
}
