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

/** A directory that no other user of the node may enter, in one that all may write. */
public final class PrivateDirectory {

  public static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final Logger LOG = LoggerFactory.getLogger(PrivateDirectory.class);

  private PrivateDirectory() {}

  /**
   * Makes a directory, or takes the one that is there.
   *
   * @throws io.lofn.files.ForeignFileException if what is there is another user's, is open to
   *     others, or is no directory
   */
  public static Path create(Path directory) throws IOException {
    try {
      Files.createDirectories(directory, PRIVATE);
    } catch (FileAlreadyExistsException noDirectory) {
      LOG.debug("To be looked at: {}", noDirectory.toString());
    }
    OwnDirectory.open(directory).close();
    return directory;
  }
}
