package io.lofn.core.node;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import io.lofn.api.LofnException;
import io.lofn.files.FileUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user that this process makes files as, by numbers. A name need not be known: a container's
 * user often has no entry in passwd, and the JVM then calls it {@code ?}.
 *
 * @param uid the user
 * @param gid its group
 */
public record ProcessUser(long uid, long gid) {

  private static final String UNKNOWN = "?";

  private static final Supplier<ProcessUser> CURRENT = Suppliers.memoize(ProcessUser::find);

  /**
   * The user of this process.
   *
   * @throws LofnException if the system does not tell
   */
  public static ProcessUser current() {
    return CURRENT.get();
  }

  /** What the system calls the user of this process; empty if it has no name for it. */
  public static Optional<String> name() {
    return Optional.ofNullable(System.getProperty("user.name"))
        .filter(name -> !name.isBlank() && !name.equals(UNKNOWN));
  }

  /** What belongs to the same user of this node, and to nobody else, is called like this. */
  public String own(String prefix) {
    return prefix + "-" + uid;
  }

  /** Whether a file, or a link itself, is this user's. */
  public boolean owns(Path path) throws IOException {
    return ownerOf(path) == uid;
  }

  /**
   * Whether a container's user is this one, whatever its group.
   *
   * @param user a number or a name, with a group or without
   */
  public boolean isNamed(String user) {
    String name = user.split(":", -1)[0];
    return name.equals(Long.toString(uid)) || (uid == 0 && name.equals("root"));
  }

  /** The user that a file, or a link itself, belongs to. */
  public static long ownerOf(Path path) throws IOException {
    return FileUser.ownerOf(path);
  }

  private static ProcessUser find() {
    try {
      FileUser found = FileUser.find();
      return new ProcessUser(found.uid(), found.gid());
    } catch (IOException | RuntimeException e) {
      throw new LofnException("Cannot tell which user this process belongs to: " + e, e);
    }
  }

  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}
