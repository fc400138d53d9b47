package io.lofn.runtime.embedded.helper;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that appear whole or not at all, in directories of this user only. */
public final class NewFiles {

  private static final Logger LOG = LoggerFactory.getLogger(NewFiles.class);
  private static final String PREFIX = "new-";
  private static final String SUFFIX = ".tmp";

  /** No file takes that long to be written; so its process was killed. */
  private static final Duration OLD = Duration.ofHours(1);

  private static final FileAttribute<Set<PosixFilePermission>> OF_THIS_USER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private NewFiles() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {

    /**
     * Writes it.
     *
     * @param file an empty file, to be overwritten or replaced
     * @throws IOException if that fails
     */
    void writeTo(Path file) throws IOException;
  }

  /**
   * Puts an executable file in its place when it is whole.
   *
   * @param file its path
   * @param content what it contains
   * @throws IOException if that fails; then nothing is left of it
   */
  public static void put(Path file, Content content) throws IOException {
    Path written = Files.createTempFile(file.getParent(), PREFIX, SUFFIX, OF_THIS_USER);
    try {
      content.writeTo(written);
      Files.move(written, file, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  /**
   * Removes what processes left that were killed while they wrote a file.
   *
   * @param directory where they wrote
   */
  public static void removeLeftovers(Path directory) {
    Instant old = Instant.now().minus(OLD);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("Could not remove old files from {}", directory, e);
    }
  }
}
