package io.lofn.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The user of this process, who need not have an entry in passwd. */
public final class NodeUser {

  private static final String UNKNOWN = "?";

  private NodeUser() {}

  /** Whether it is root, whatever root is called. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | RuntimeException e) {
      return System.getProperty("user.name", UNKNOWN).equals("root");
    }
  }

  /** What to call the user in a message. */
  public static String name() {
    String name = System.getProperty("user.name", UNKNOWN);
    return name.isBlank() || name.equals(UNKNOWN) ? "of this process" : name;
  }

  /** The user's home, as the JVM knows it, or else as the environment says. */
  public static Path home(Map<String, String> environment) {
    String home = System.getProperty("user.home", UNKNOWN);
    String known = home.startsWith("/") ? home : environment.getOrDefault("HOME", "");
    // As for a user without an entry, whose shell begins there.
    return Path.of(known.startsWith("/") ? known : "/");
  }
}
