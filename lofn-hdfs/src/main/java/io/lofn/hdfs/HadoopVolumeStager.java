package io.lofn.hdfs;

import io.lofn.api.StagingException;
import io.lofn.files.FullDisk;
import io.lofn.hdfs.VolumeCopy.SourceChangedException;
import io.lofn.spi.ArchiveStager;
import io.lofn.spi.StagedVolume;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies volumes from Hadoop file systems to the node, once for each state of the source, and
 * shares the copies with the other processes of the user. Checks the state of the source for every
 * run.
 */
final class HadoopVolumeStager implements ArchiveStager {

  private static final Logger LOG = LoggerFactory.getLogger(HadoopVolumeStager.class);
  private static final int ATTEMPTS = 3;

  /** Advice for a full disk: others may fill it after the check for free space. */
  private static final String MORE_ROOM =
      "; free space, or set spark.lofn.volumes.dir to a directory on a larger disk";

  private final Configuration hadoop;
  private final java.nio.file.Path directory;
  private final NodeCache cache;
  private volatile boolean closed;

  HadoopVolumeStager(Configuration hadoop, java.nio.file.Path directory, NodeCache cache) {
    this.hadoop = hadoop;
    this.directory = directory;
    this.cache = cache;
  }

  @Override
  public StagedVolume stage(URI source) {
    return stage(source, false);
  }

  @Override
  public StagedVolume stageUnpacked(URI source) {
    return stage(source, true);
  }

  private StagedVolume stage(URI source, boolean unpacked) {
    try {
      Path path = new Path(source);
      FileSystem fileSystem = FileSystems.of(path, hadoop);
      for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
        try {
          return stageOnce(fileSystem, path, unpacked);
        } catch (SourceChangedException e) {
          LOG.warn("The volume {} changed while it was copied; copying it again", source);
        }
      }
      return stageOnce(fileSystem, path, unpacked);
    } catch (SourceChangedException e) {
      throw new StagingException(
          "The volume %s changed during each of %d attempts to copy it; make sure that nothing writes to it while jobs use it"
              .formatted(source, ATTEMPTS),
          e);
    } catch (InterruptedException | ClosedByInterruptException | FileLockInterruptionException e) {
      throw interrupted(source, e);
    } catch (FileNotFoundException e) {
      throw new StagingException("The volume " + source + " does not exist", e);
    } catch (AccessControlException e) {
      throw new StagingException(
          "The user of the job has no permission to read the volume %s: %s"
              .formatted(source, e.getMessage()),
          e);
    } catch (IOException | IllegalArgumentException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(source, e);
      }
      throw new StagingException(
          "Could not copy the volume %s to %s: %s%s"
              .formatted(source, directory, e.getMessage(), FullDisk.isMeantBy(e) ? MORE_ROOM : ""),
          e);
    } catch (LinkageError e) {
      // A file system may look for its classes only when it is used.
      throw new StagingException(
          "The volume %s cannot be copied to %s: %s"
              .formatted(
                  source,
                  directory,
                  FileSystems.missing(new Path(source), e)
                      .map(IOException::getMessage)
                      .orElseGet(e::toString)),
          e);
    }
  }

  private static StagingException interrupted(URI source, Exception cause) {
    Thread.currentThread().interrupt();
    return new StagingException("Interrupted while staging the volume " + source, cause);
  }

  private StagedVolume stageOnce(FileSystem fileSystem, Path source, boolean unpacked)
      throws IOException, InterruptedException {
    VolumeSnapshot snapshot = VolumeSnapshot.of(fileSystem, source);
    if (unpacked && !VolumeCopy.isArchive(snapshot.source())) {
      throw new StagingException(
          "Could not unpack the volume %s: it is not a .tar, .tar.gz, .tgz or .zip file"
              .formatted(source));
    }
    VolumeCopy copy = new VolumeCopy(fileSystem, snapshot, unpacked, () -> closed);
    return cache.get(
        snapshot.stamp() + (unpacked ? "-unpacked" : ""),
        source.toString(),
        snapshot.bytes(),
        (target, growth) -> {
          long begin = System.nanoTime();
          copy.make(target, growth);
          long millis = (System.nanoTime() - begin) / 1_000_000;
          LOG.info("Copied the volume {} to {} in {} ms", source, directory, millis);
        });
  }

  /**
   * Makes running copies, and tasks that wait for one, fail. Does not close file systems, which
   * Hadoop shares with Spark.
   */
  @Override
  public void close() {
    closed = true;
    cache.close();
  }
}
