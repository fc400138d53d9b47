package io.lofn.core.exchange;

import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.files.FileTree;
import io.lofn.files.FullDisk;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The properties of an exchange's disk that decide whether a tool can work there.
 *
 * @param directory the exchange on this node
 * @param freeBytes how many bytes are free for this user
 * @param seLinux whether the node enforces SELinux, which keeps containers out of most directories
 * @param inMemory whether it lies in a tmpfs, which only a first attempt uses, if configured
 */
public record ExchangeDisk(Path directory, long freeBytes, boolean seLinux, boolean inMemory) {

  private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

  /** Less free space than this counts as none. */
  private static final long NOTHING = 1 << 20;

  public static ExchangeDisk of(Path directory) {
    return new ExchangeDisk(
        directory, freeBytes(directory), enforcesSeLinux(), TmpfsExchange.isTmpfs(directory));
  }

  /** Returns the bytes of all visible regular files in and below a directory. */
  public static long bytes(Path directory) {
    try {
      return FileTree.measure(directory).bytes();
    } catch (IOException cannotBeSeen) {
      return 0;
    }
  }

  public boolean isFull() {
    return freeBytes < NOTHING;
  }

  /**
   * Returns the exception for a failure to write to the exchange, if its disk is the cause.
   *
   * @param run the run whose input was written
   * @return empty if the disk is not the cause
   */
  public Optional<LofnException> explain(String run, IOException failure) {
    return isFull() || FullDisk.isMeantBy(failure)
        ? Optional.of(
            new LofnException(
                "The input of %s could not be written: %s".formatted(run, fullDisk()), failure))
        : Optional.empty();
  }

  /** Returns that there is no room left, and what to do. */
  public String fullDisk() {
    String why = isFull() ? "is full" : "is out of quota or of inodes";
    String said =
        "the disk of the exchange, %s, %s (%d bytes free). Free disk space, make the partitions smaller, or set %s to a directory on a larger disk."
            .formatted(directory, why, freeBytes, LofnConfig.TMP_DIR.name());
    return inMemory
        ? said
            + " It is a tmpfs. If %s names it, the next attempt uses the disk; with spark.io.encryption.enabled it does not: then make the tmpfs larger."
                .formatted(LofnConfig.TMP_MEMORY_DIR.name())
        : said;
  }

  /**
   * Returns how many bytes the disk of a directory has free for this user. The directory need not
   * exist.
   */
  public static long freeBytes(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (Files.notExists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    // Not Files.getFileStore, which reads the list of all mounts.
    File disk = existing.toFile();
    long free = disk.getUsableSpace();
    return free < 0 || (free == 0 && disk.getTotalSpace() == 0) ? Long.MAX_VALUE : free;
  }

  /** Returns how many bytes the disk of a directory has in total. */
  public static long totalBytes(Path directory) {
    long total = directory.toFile().getTotalSpace();
    return total > 0 ? total : Long.MAX_VALUE;
  }

  private static boolean enforcesSeLinux() {
    try {
      return Files.readString(SELINUX).strip().equals("1");
    } catch (IOException e) {
      return false;
    }
  }
}
