package io.lofn.runtime.cli.process;

import io.lofn.files.FileUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** The user of this process, as whom it creates files; the user need not have a name. */
public final class NodeUser {

  private static final Pattern OF_A_FILE = Pattern.compile("[^/?*\\\\\\s]+");

  private NodeUser() {}

  /** Returns the ids of user and group. */
  public static FileUser numbers() {
    try {
      return FileUser.find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the ids of user and group, {@code 1000:1000}. */
  public static String own() {
    FileUser user = numbers();
    return user.uid() + ":" + user.gid();
  }

  /** Returns the name of the user, if it can be part of a path; otherwise the user id. */
  public static String name() {
    String name = System.getProperty("user.name", "");
    boolean known = OF_A_FILE.matcher(name).matches() && !name.startsWith(".");
    return known ? name : Long.toString(numbers().uid());
  }
}
