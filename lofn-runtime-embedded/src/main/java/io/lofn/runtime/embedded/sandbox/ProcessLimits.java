package io.lofn.runtime.embedded.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The limits of this process, which containers inherit. */
final class ProcessLimits {

  private static final String PROCESSES = "Max processes";

  private ProcessLimits() {}

  /** Returns how many processes this user may have at most; a container cannot raise it. */
  static long hardLimitOfProcesses() {
    try {
      return hardLimit(Files.readAllLines(Path.of("/proc/self/limits")), PROCESSES);
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  static long hardLimit(List<String> limits, String name) {
    return limits.stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length()).strip().split(" +", -1))
        .filter(words -> words.length > 1 && words[1].matches("\\d{1,18}"))
        .mapToLong(words -> Long.parseLong(words[1]))
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }
}
