package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.files.FileUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process can give files to other users, and containers can have these users. */
final class Owners {

  /** The ids that images use. */
  private static final long IDS = 1 << 16;

  /** {@code CAP_SETGID}, {@code CAP_SETUID} and {@code CAP_SYS_ADMIN}, which lofn-run asks for. */
  private static final long CAPABILITIES = 1L << 6 | 1L << 7 | 1L << 21;

  private static final String EFFECTIVE = "CapEff:";

  private Owners() {}

  /**
   * Returns whether this process is root, and its containers have the ids of images. In a user
   * namespace, such as that of a rootless container, there may be its own only; and without the
   * capabilities lofn-run gives each container such a namespace.
   */
  static boolean mayBeKept() throws IOException {
    Path maps = Path.of("/proc/self/uid_map");
    if (FileUser.find().uid() != 0 || !Files.isReadable(maps) || !hasCapabilities()) {
      return false;
    }
    long ids = 0;
    for (String line : Files.readAllLines(maps, ISO_8859_1)) {
      String[] fields = line.strip().split("\\s+", -1);
      ids += Long.parseLong(fields[fields.length - 1]);
    }
    return ids >= IDS;
  }

  private static boolean hasCapabilities() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status"), ISO_8859_1).stream()
        .filter(line -> line.startsWith(EFFECTIVE))
        .map(line -> Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16))
        .anyMatch(all -> (all & CAPABILITIES) == CAPABILITIES);
  }
}
