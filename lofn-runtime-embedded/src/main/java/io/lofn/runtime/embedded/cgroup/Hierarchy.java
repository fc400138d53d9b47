package io.lofn.runtime.embedded.cgroup;

import io.lofn.api.ResourceLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A directory in which a hierarchy of control groups accepts those of containers.
 *
 * @param parent the directory
 * @param controllers what groups in it can limit or measure
 * @param switchedOn of version 2, those of its controllers that this process switched on; empty for
 *     version 1
 */
record Hierarchy(Path parent, Set<String> controllers, Optional<Set<String>> switchedOn) {

  private static final long PERIOD = 100_000;
  private static final long LEAST_QUOTA = 1_000;
  private static final long NANOS_OF_MICRO = 1_000;

  private boolean unified() {
    return switchedOn.isPresent();
  }

  /** Undoes what was changed of the parent; for one that is not used after all. */
  void giveUp() {
    switchedOn.ifPresent(controllers -> SubtreeControl.close(parent, controllers));
  }

  boolean has(String controller) {
    return controllers.contains(controller);
  }

  /** Returns what to write into the files of a new group; a failure of those must not pass. */
  Map<String, String> limits(ResourceLimits limits) {
    Map<String, String> files = new LinkedHashMap<>();
    if (has(Controllers.MEMORY) && limits.memory().isPresent()) {
      String bytes = Long.toString(limits.memory().getAsLong());
      files.put(unified() ? "memory.max" : "memory.limit_in_bytes", bytes);
    }
    if (has(Controllers.PIDS) && limits.pids().isPresent()) {
      files.put("pids.max", Long.toString(limits.pids().getAsLong()));
    }
    return files;
  }

  /** Returns what to write where the node can: it may have no swap, or a lower limit above. */
  Map<String, String> furtherLimits(ResourceLimits limits) {
    Map<String, String> files = new LinkedHashMap<>();
    if (has(Controllers.MEMORY) && limits.memory().isPresent()) {
      files.put(
          unified() ? "memory.swap.max" : "memory.memsw.limit_in_bytes",
          unified() ? "0" : Long.toString(limits.memory().getAsLong()));
    }
    if (has(Controllers.CPU) && limits.cpus().isPresent()) {
      long quota = Math.max(LEAST_QUOTA, Math.round(limits.cpus().getAsDouble() * PERIOD));
      if (unified()) {
        files.put("cpu.max", quota + " " + PERIOD);
      } else {
        files.put("cpu.cfs_period_us", Long.toString(PERIOD));
        files.put("cpu.cfs_quota_us", Long.toString(quota));
      }
    }
    return files;
  }

  /** Returns whether a group in it would tell or limit anything. */
  boolean isNeeded(ResourceLimits limits) {
    return unified()
        || has(Controllers.MEMORY)
        || has(Controllers.CPU_TIME)
        || (has(Controllers.PIDS) && limits.pids().isPresent())
        || (has(Controllers.CPU) && limits.cpus().isPresent());
  }

  boolean wasOutOfMemory(Path group) {
    if (!has(Controllers.MEMORY)) {
      return false;
    }
    String file = unified() ? "memory.events" : "memory.oom_control";
    return values(group.resolve(file)).getOrDefault("oom_kill", 0L) > 0;
  }

  OptionalLong peakMemory(Path group) {
    return has(Controllers.MEMORY)
        ? number(group.resolve(unified() ? "memory.peak" : "memory.max_usage_in_bytes"))
        : OptionalLong.empty();
  }

  /** Returns the processor time in nanoseconds. */
  OptionalLong cpuTime(Path group) {
    if (unified()) {
      Long micros = values(group.resolve("cpu.stat")).get("usage_usec");
      return micros == null ? OptionalLong.empty() : OptionalLong.of(micros * NANOS_OF_MICRO);
    }
    return has(Controllers.CPU_TIME)
        ? number(group.resolve("cpuacct.usage"))
        : OptionalLong.empty();
  }

  private static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException notKnown) {
      return OptionalLong.empty();
    }
  }

  private static Map<String, Long> values(Path file) {
    Map<String, Long> values = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ", -1);
        if (words.length == 2 && words[1].matches("\\d{1,18}")) {
          values.put(words[0], Long.parseLong(words[1]));
        }
      }
    } catch (IOException notKnown) {
      return Map.of();
    }
    return values;
  }
}
