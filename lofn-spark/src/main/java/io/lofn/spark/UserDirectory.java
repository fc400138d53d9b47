package io.lofn.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A directory that no other user of the node may enter, in one that all may write. */
final class UserDirectory {

  static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private UserDirectory() {}

  /**
   * Makes a directory, or takes the one that is there.
   *
   * @throws IOException if what is there is another user's, is open to others, or is no directory
   */
  static Path create(Path directory) throws IOException {
    return create(directory, ProcessUser.current());
  }

  static Path create(Path directory, ProcessUser user) throws IOException {
    Files.createDirectories(directory, PRIVATE);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " is no directory");
    }
    if (!user.owns(directory)) {
      throw new IOException(
          "%s belongs to user %d, not to user %d of this process"
              .formatted(directory, ProcessUser.ownerOf(directory), user.uid()));
    }
    if (!Files.getPosixFilePermissions(directory).equals(PRIVATE.value())) {
      throw new IOException(directory + " is open to other users; its mode must be 700");
    }
    return directory;
  }
}
