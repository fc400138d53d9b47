package io.lofn.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The owner of a file.
 *
 * @param uid the user
 * @param gid the group
 */
record Owner(int uid, int gid) {

  static Owner of(Path file) throws IOException {
    return new Owner(
        (Integer) Files.getAttribute(file, "unix:uid"),
        (Integer) Files.getAttribute(file, "unix:gid"));
  }

  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}
