package io.lofn.hdfs;

import io.lofn.api.StagingException;
import java.nio.file.Path;
import java.time.Duration;

/** Watches a copy that somebody else makes: for as long as it takes, but not if it stands still. */
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
   * Is told what the copy shows.
   *
   * @param now changes while the copy goes on
   * @throws StagingException if that has not changed for too long
   */
  void see(String now) {
    if (!now.equals(progress)) {
      progress = now;
      since = System.nanoTime();
    } else if (System.nanoTime() - since > patience.toNanos()) {
      throw new StagingException(
          "The volume %s is being copied to %s by another task of this node, which has written nothing for %s (its mark: %s); end the process that hangs, or let spark.lofn.volumes.dir name another directory"
              .formatted(source, directory, patience, progress));
    }
  }
}
