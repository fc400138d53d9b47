package io.lofn.hdfs;

import io.lofn.api.StagingException;
import java.nio.file.Path;
import java.time.Duration;

/** Waits for a copy that another task makes, without a limit as long as the copy makes progress. */
final class CopyWait {

  private final String source;
  private final Path directory;
  private final Duration patience;
  private String progress = "";
  private long since;

  CopyWait(String source, Path directory, Duration patience) {
    this.source = source;
    this.directory = directory;
    this.patience = patience;
  }

  /**
   * Records the progress of the copy.
   *
   * @param now a text that changes while the copy makes progress
   * @throws StagingException if that has not changed for too long
   */
  void see(String now) {
    if (!now.equals(progress)) {
      progress = now;
      since = System.nanoTime();
    } else if (System.nanoTime() - since > patience.toNanos()) {
      throw new StagingException(
          "The volume %s is being copied to %s by another task of this node, which has written nothing for %s (its mark: %s); end the process that hangs, or set spark.lofn.volumes.dir to another directory"
              .formatted(source, directory, patience, progress));
    }
  }
}
