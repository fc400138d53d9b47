package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.VolumeStager;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies volumes from Hadoop file systems to this node, once for each state of the source: the
 * copy's name tells path, length and modification time. A file lock keeps the JVMs of a node from
 * copying the same data twice; a copy appears under its name only when it is complete.
 */
final class HadoopVolumeStager implements VolumeStager {

  private static final Logger LOG = LoggerFactory.getLogger(HadoopVolumeStager.class);

  private final Configuration hadoop;
  private final Path directory;

  HadoopVolumeStager(Configuration hadoop, Path directory) {
    this.hadoop = hadoop;
    this.directory = directory;
  }

  @Override
  public StagedVolume stage(URI source) {
    org.apache.hadoop.fs.Path from = new org.apache.hadoop.fs.Path(source);
    try {
      FileSystem fileSystem = from.getFileSystem(hadoop);
      Path copy = directory.resolve(nameOf(fileSystem, from));
      boolean cached = Files.exists(copy);
      if (!cached) {
        copyOnce(fileSystem, from, copy);
      }
      return new Copy(copy, cached);
    } catch (FileNotFoundException e) {
      throw new StagingException("The volume " + source + " does not exist", e);
    } catch (IOException e) {
      throw new StagingException(
          "The volume %s cannot be copied to %s: %s".formatted(source, directory, e.getMessage()),
          e);
    }
  }

  /**
   * One lock for a JVM and one for the node: a file lock does not hold between threads of a JVM.
   */
  private synchronized void copyOnce(
      FileSystem fileSystem, org.apache.hadoop.fs.Path from, Path copy) throws IOException {
    Path lockFile = directory.resolve(copy.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (held.isValid() && !Files.exists(copy)) {
        copy(fileSystem, from, copy);
      }
    }
  }

  private void copy(FileSystem fileSystem, org.apache.hadoop.fs.Path from, Path copy)
      throws IOException {
    Path incomplete = Files.createTempDirectory(directory, "incomplete-");
    try {
      Path target = incomplete.resolve("data");
      boolean copied =
          FileUtil.copy(
              fileSystem,
              from,
              FileSystem.getLocal(hadoop).getRaw(),
              new org.apache.hadoop.fs.Path(target.toUri()),
              false,
              hadoop);
      if (!copied) {
        throw new IOException("Hadoop gives no reason");
      }
      Files.move(target, copy, StandardCopyOption.ATOMIC_MOVE);
      LOG.info("Staged {} at {}", from, copy);
    } finally {
      FileUtil.fullyDelete(incomplete.toFile());
    }
  }

  /** A name that differs whenever a file of the source came, went, or changed length or time. */
  private static String nameOf(FileSystem fileSystem, org.apache.hadoop.fs.Path source)
      throws IOException {
    StringBuilder state = new StringBuilder();
    describe(fileSystem, fileSystem.getFileStatus(source), state);
    return UUID.nameUUIDFromBytes(state.toString().getBytes(UTF_8)).toString();
  }

  private static void describe(FileSystem fileSystem, FileStatus status, StringBuilder state)
      throws IOException {
    state.append(
        "%s %d %d%n".formatted(status.getPath(), status.getLen(), status.getModificationTime()));
    if (status.isDirectory()) {
      for (FileStatus child : fileSystem.listStatus(status.getPath())) {
        describe(fileSystem, child, state);
      }
    }
  }

  @Override
  public void close() {
    // File systems are Hadoop's own, shared with Spark.
  }

  private record Copy(Path path, boolean wasCached) implements StagedVolume {
    @Override
    public void close() {
      // The copy stays for the next run.
    }
  }
}
