package io.lofn.spark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import io.lofn.api.LofnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user that this process makes files as, by numbers. A name need not be known: a container's
 * user often has no entry in passwd, and the JVM then calls it {@code ?}.
 *
 * @param uid the user
 * @param gid its group
 */
record ProcessUser(long uid, long gid) {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String UNKNOWN = "?";

  /** Of real, effective, saved and file system ids, those that files are made with. */
  private static final int OF_FILES = 4;

  private static final Supplier<ProcessUser> CURRENT = Suppliers.memoize(ProcessUser::find);

  /**
   * The user of this process.
   *
   * @throws LofnException if the system does not tell
   */
  static ProcessUser current() {
    return CURRENT.get();
  }

  /** What the system calls the user of this process; empty if it has no name for it. */
  static Optional<String> name() {
    return Optional.ofNullable(System.getProperty("user.name"))
        .filter(name -> !name.isBlank() && !name.equals(UNKNOWN));
  }

  /** What belongs to the same user of this node, and to nobody else, is called like this. */
  String own(String prefix) {
    return prefix + "-" + uid;
  }

  /** Whether a file, or a link itself, is this user's. */
  boolean owns(Path path) throws IOException {
    return ownerOf(path) == uid;
  }

  /** The user that a file, or a link itself, belongs to. */
  static long ownerOf(Path path) throws IOException {
    return number(path, "unix:uid");
  }

  private static long number(Path path, String attribute) throws IOException {
    return Integer.toUnsignedLong(
        (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS));
  }

  private static ProcessUser find() {
    try {
      // Not the owner of /proc/self, which is root where the program has capabilities of its own.
      return Files.isReadable(STATUS)
          ? new ProcessUser(ofStatus("Uid:"), ofStatus("Gid:"))
          : ofNewFile();
    } catch (IOException | RuntimeException e) {
      throw new LofnException("Cannot tell which user this process belongs to: " + e, e);
    }
  }

  private static long ofStatus(String field) throws IOException {
    for (String line : Files.readAllLines(STATUS, ISO_8859_1)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.split("\\s+", -1)[OF_FILES]);
      }
    }
    throw new IOException(STATUS + " has no " + field);
  }

  private static ProcessUser ofNewFile() throws IOException {
    Path file = Files.createTempFile("lofn-user", "");
    try {
      return new ProcessUser(number(file, "unix:uid"), number(file, "unix:gid"));
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}
