package io.lofn.runtime.cli.process;

import io.lofn.files.FileUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** The user that this process makes files as, who need not have a name. */
public final class NodeUser {

  private static final Pattern OF_A_FILE = Pattern.compile("[^/?*\\\\\\s]+");

  private NodeUser() {}

  /** The user by its numbers. */
  public static FileUser numbers() {
    try {
      return FileUser.find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** User and group by their numbers, {@code 1000:1000}. */
  public static String own() {
    FileUser user = numbers();
    return user.uid() + ":" + user.gid();
  }

  /** What the system calls the user, if that can be part of a path; else its number. */
  public static String name() {
    String name = System.getProperty("user.name", "");
    boolean known = OF_A_FILE.matcher(name).matches() && !name.startsWith(".");
    return known ? name : Long.toString(numbers().uid());
  }
}
