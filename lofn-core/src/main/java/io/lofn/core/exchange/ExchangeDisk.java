package io.lofn.core.exchange;

import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.files.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What of an exchange's place decides whether a tool can work in it.
 *
 * @param directory the exchange on this node
 * @param freeBytes what its disk has left for this user
 * @param seLinux whether the node enforces SELinux, which keeps containers out of most directories
 * @param inMemory whether it lies in a tmpfs, as only a first attempt's may by configuration
 */
public record ExchangeDisk(Path directory, long freeBytes, boolean seLinux, boolean inMemory) {

  private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

  /** Less than this is as good as nothing. */
  private static final long NOTHING = 1 << 20;

  public static ExchangeDisk of(Path directory) {
    return new ExchangeDisk(
        directory, freeBytes(directory), enforcesSeLinux(), TmpfsExchange.isTmpfs(directory));
  }

  /** The bytes of all regular files in and below a directory that can be seen. */
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
   * What to throw for a failure to write there, which the system reports in words of its own.
   *
   * @param run whose input it was
   * @return empty if the disk has nothing to do with it
   */
  public Optional<LofnException> explain(String run, IOException failure) {
    return isFull() || tellsOfFullDisk(failure)
        ? Optional.of(
            new LofnException(
                "The input of %s could not be written: %s".formatted(run, fullDisk()), failure))
        : Optional.empty();
  }

  /** Whether the system has said that there was no room, by a disk, a quota, or files too many. */
  public static boolean tellsOfFullDisk(IOException failure) {
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left on device") || text.contains("quota exceeded");
  }

  /** That there is no room left, and what to do. */
  public String fullDisk() {
    String why = isFull() ? "is full" : "has no room left, by a quota or by its number of files";
    String said =
        "the disk of the exchange, %s, %s (%d bytes free). Free some, make the partitions smaller, or let %s name a larger disk."
            .formatted(directory, why, freeBytes, LofnConfig.TMP_DIR.name());
    return inMemory
        ? said
            + " It is a tmpfs: if it is that of %s, the next attempt has its exchange on disk, unless spark.io.encryption.enabled is set: then make the tmpfs larger."
                .formatted(LofnConfig.TMP_MEMORY_DIR.name())
        : said;
  }

  /** What the disk of a directory, which need not exist yet, has left for this user. */
  public static long freeBytes(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (Files.notExists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      return Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /** What the disk of a directory could hold if it were empty. */
  public static long totalBytes(Path directory) {
    try {
      long total = Files.getFileStore(directory).getTotalSpace();
      return total > 0 ? total : Long.MAX_VALUE;
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  private static boolean enforcesSeLinux() {
    try {
      return Files.readString(SELINUX).strip().equals("1");
    } catch (IOException e) {
      return false;
    }
  }
}
