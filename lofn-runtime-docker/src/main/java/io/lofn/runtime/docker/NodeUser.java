package io.lofn.runtime.docker;

import java.nio.file.Path;
import java.util.Map;

/** The user of this process, who need not have an entry in passwd. */
final class NodeUser {

  private static final String UNKNOWN = "?";

  private NodeUser() {}

  /** What to call the user in a message. */
  static String name() {
    String name = System.getProperty("user.name", UNKNOWN);
    return name.isBlank() || name.equals(UNKNOWN) ? "of this process" : name;
  }

  /** The user's home, as the JVM knows it, or else as the environment says. */
  static Path home(Map<String, String> environment) {
    String home = System.getProperty("user.home", UNKNOWN);
    String known = home.startsWith("/") ? home : environment.getOrDefault("HOME", "");
    // As for a user without an entry, whose shell begins there.
    return Path.of(known.startsWith("/") ? known : "/");
  }
}
