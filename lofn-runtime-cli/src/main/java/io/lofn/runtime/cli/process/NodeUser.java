package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The user that this process makes files as, who need not have a name. */
public final class NodeUser {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern OF_A_FILE = Pattern.compile("[^/?*\\\\\\s]+");

  /** Of real, effective, saved and file system ids, those that files are made with. */
  private static final int OF_FILES = 4;

  private NodeUser() {}

  public static int uid() {
    return number("Uid:");
  }

  public static int gid() {
    return number("Gid:");
  }

  /** User and group by their numbers, {@code 1000:1000}. */
  public static String own() {
    return Integer.toUnsignedString(uid()) + ":" + Integer.toUnsignedString(gid());
  }

  /** What the system calls the user, if that can be part of a path; else its number. */
  public static String name() {
    String name = System.getProperty("user.name", "");
    boolean known = OF_A_FILE.matcher(name).matches() && !name.startsWith(".");
    return known ? name : Integer.toUnsignedString(uid());
  }

  /** Not the owner of /proc/self, which is root where the program has capabilities of its own. */
  private static int number(String field) {
    try {
      for (String line : Files.readAllLines(STATUS, ISO_8859_1)) {
        if (line.startsWith(field)) {
          return Integer.parseUnsignedInt(line.split("\\s+", -1)[OF_FILES]);
        }
      }
      throw new IllegalStateException(STATUS + " has no " + field);
    } catch (IOException e) {
      throw new IllegalStateException("/proc is not mounted", e);
    }
  }
}
