package io.lofn.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The user of this process, who need not have an entry in passwd. */
public final class NodeUser {

  private static final String UNKNOWN = "?";

  private NodeUser() {}

  /** Returns whether it is root, by its id. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | RuntimeException e) {
      return System.getProperty("user.name", UNKNOWN).equals("root");
    }
  }

  /** Returns the name of the user for a message. */
  public static String name() {
    String name = System.getProperty("user.name", UNKNOWN);
    return name.isBlank() || name.equals(UNKNOWN) ? "of this process" : name;
  }

  /** Returns the user's home from the JVM, otherwise from the environment. */
  public static Path home(Map<String, String> environment) {
    String home = System.getProperty("user.home", UNKNOWN);
    String known = home.startsWith("/") ? home : environment.getOrDefault("HOME", "");
    // The root directory, where the shell of a user without an entry starts.
    return Path.of(known.startsWith("/") ? known : "/");
  }
}
