package io.lofn.core.node;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import io.lofn.api.LofnException;
import io.lofn.files.FileUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user and group as which this process makes files, as numbers. The user need not have a name:
 * a container's user often has no entry in passwd, and the JVM then calls it {@code ?}.
 *
 * @param uid the user id
 * @param gid the group id
 */
public record ProcessUser(long uid, long gid) {

  private static final String UNKNOWN = "?";

  private static final Supplier<ProcessUser> CURRENT = Suppliers.memoize(ProcessUser::find);

  /**
   * Returns the user of this process.
   *
   * @throws LofnException if the system does not tell it
   */
  public static ProcessUser current() {
    return CURRENT.get();
  }

  /** Returns the name of this process's user; empty if the system has none for it. */
  public static Optional<String> name() {
    return Optional.ofNullable(System.getProperty("user.name"))
        .filter(name -> !name.isBlank() && !name.equals(UNKNOWN));
  }

  /** Returns a name that this user has in common with nobody else on this node. */
  public String own(String prefix) {
    return prefix + "-" + uid;
  }

  /** Returns whether a file, or a link itself, belongs to this user. */
  public boolean owns(Path path) throws IOException {
    return ownerOf(path) == uid;
  }

  /**
   * Returns whether a container's user is this one, whatever its group.
   *
   * @param user a number or a name, with or without a group
   */
  public boolean isNamed(String user) {
    String name = user.split(":", -1)[0];
    return name.equals(Long.toString(uid)) || (uid == 0 && name.equals("root"));
  }

  /** Returns the user that owns a file, or a link itself. */
  public static long ownerOf(Path path) throws IOException {
    return FileUser.ownerOf(path);
  }

  private static ProcessUser find() {
    try {
      FileUser found = FileUser.find();
      return new ProcessUser(found.uid(), found.gid());
    } catch (IOException | RuntimeException e) {
      throw new LofnException("Cannot determine the user of this process: " + e, e);
    }
  }

  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}
