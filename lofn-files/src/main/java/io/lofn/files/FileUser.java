package io.lofn.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/**
 * The user that this process makes files as, by numbers: a container's user often has no name.
 *
 * @param uid the user
 * @param gid its group
 */
public record FileUser(long uid, long gid) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /** Of real, effective, saved and file system ids, those that files are made with. */
  private static final int OF_FILES = 4;

  /**
   * Asks the system.
   *
   * @return the user of this process
   * @throws IOException if the system does not tell
   */
  public static FileUser find() throws IOException {
    // Not the owner of /proc/self, which is root where the program has capabilities of its own.
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
   * The user that a file belongs to; of a link, that of the link.
   *
   * @param path the file
   * @return the user's number
   * @throws IOException if it cannot be looked at
   */
  public static long ownerOf(Path path) throws IOException {
    return number(path, "unix:uid");
  }

  private static long number(Path path, String attribute) throws IOException {
    return Integer.toUnsignedLong(
        (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS));
  }

  /** As a file's attributes have it. */
  UserPrincipal principal() throws IOException {
    // The JDK takes the number of a user without a name, as a signed one.
    return FileSystems.getDefault()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(Integer.toString((int) uid));
  }
}
