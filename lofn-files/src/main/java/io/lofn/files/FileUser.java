package io.lofn.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/**
 * The ids of the user as whom this process creates files; a container's user often has no name.
 *
 * @param uid the user
 * @param gid its group
 */
public record FileUser(long uid, long gid) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /** The position of the file system id, after the real, effective and saved ids. */
  private static final int OF_FILES = 4;

  /**
   * Returns the user of this process.
   *
   * @return the user of this process
   * @throws IOException if the system does not provide it
   */
  public static FileUser find() throws IOException {
    // Not the owner of /proc/self: that is root if the program has file capabilities.
    return Files.isReadable(STATUS)
        ? new FileUser(ofStatus("Uid:"), ofStatus("Gid:"))
        : ofNewFile();
  }

  private static long ofStatus(String field) throws IOException {
    for (String line : Files.readAllLines(STATUS, ISO_8859_1)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.split("\\s+", -1)[OF_FILES]);
      }
    }
    throw new IOException(STATUS + " has no " + field);
  }

  private static FileUser ofNewFile() throws IOException {
    Path file = Files.createTempFile("lofn-user", "");
    try {
      return new FileUser(number(file, "unix:uid"), number(file, "unix:gid"));
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Returns the owner of a file; of a link, that of the link itself.
   *
   * @param path the file
   * @return the user id
   * @throws IOException if its attributes cannot be read
   */
  public static long ownerOf(Path path) throws IOException {
    return number(path, "unix:uid");
  }

  private static long number(Path path, String attribute) throws IOException {
    return Integer.toUnsignedLong(
        (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS));
  }

  /** Returns the user in the form that file attributes have. */
  UserPrincipal principal() throws IOException {
    // For a user without a name the JDK expects the id as a signed number.
    return FileSystems.getDefault()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(Integer.toString((int) uid));
  }
}
