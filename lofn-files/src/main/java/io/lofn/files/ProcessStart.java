package io.lofn.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** When a process started, which distinguishes it from a later one with the same id. */
public final class ProcessStart {

  /** Field 22 of {@code /proc/PID/stat} (proc(5)), counted from the state after the name. */
  private static final int FIELD = 19;

  private ProcessStart() {}

  /**
   * Returns the start time of a process.
   *
   * @param pid its process id
   * @return clock ticks since the boot of the node; empty if there is no such process, or it has
   *     ended
   * @throws IOException if this cannot be known, such as without a free descriptor
   */
  public static OptionalLong of(long pid) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean ended = fields[0].equals("Z") || fields[0].equals("X");
      return ended ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[FIELD]));
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No such process")) {
        return OptionalLong.empty(); // it ended between opening and reading
      }
      throw e;
    }
  }
}
