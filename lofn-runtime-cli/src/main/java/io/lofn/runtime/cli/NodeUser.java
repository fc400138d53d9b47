package io.lofn.runtime.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user of this process. */
final class NodeUser {

  private static final Path SELF = Path.of("/proc/self");

  private NodeUser() {}

  static int uid() {
    return attribute("unix:uid");
  }

  /** User and group by their numbers, {@code 1000:1000}. */
  static String own() {
    return uid() + ":" + attribute("unix:gid");
  }

  private static int attribute(String name) {
    try {
      return (Integer) Files.getAttribute(SELF, name);
    } catch (IOException e) {
      throw new IllegalStateException("/proc is not mounted", e);
    }
  }
}
