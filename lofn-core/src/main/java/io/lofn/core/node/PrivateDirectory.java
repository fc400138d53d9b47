package io.lofn.core.node;

import io.lofn.files.OwnDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes directories that no other user of the node may enter, in directories that all may write.
 */
public final class PrivateDirectory {

  public static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final Logger LOG = LoggerFactory.getLogger(PrivateDirectory.class);

  private PrivateDirectory() {}

  /**
   * Makes a directory, or uses the existing one.
   *
   * @throws io.lofn.files.ForeignFileException if the existing one belongs to another user, is open
   *     to others, or is not a directory
   */
  public static Path create(Path directory) throws IOException {
    try {
      Files.createDirectories(directory, PRIVATE);
    } catch (FileAlreadyExistsException noDirectory) {
      LOG.debug("Checking the existing path: {}", noDirectory.toString());
    }
    OwnDirectory.open(directory).close();
    return directory;
  }
}
