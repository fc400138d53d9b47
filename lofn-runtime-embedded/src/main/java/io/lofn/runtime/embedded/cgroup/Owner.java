package io.lofn.runtime.embedded.cgroup;

import io.lofn.files.ProcessStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that owns what has its name: directories of records, and control groups.
 *
 * @param place the node's boot and the namespace that the process id belongs to
 * @param pid its process id
 * @param start its start time, in ticks since the boot of the node
 */
public record Owner(String place, long pid, long start) {

  private static final Pattern NAME = Pattern.compile("([0-9a-f]{8}-\\d+)-(\\d+)-(\\d+)");

  /**
   * Returns this process.
   *
   * @return its identity
   */
  public static Owner self() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc is not mounted"));
  }

  /**
   * Returns the process that has an id now.
   *
   * @param pid the id
   * @return its identity; empty if there is none, or it has ended
   * @throws UncheckedIOException if this cannot be known, such as without a free descriptor
   */
  public static Optional<Owner> of(long pid) {
    try {
      OptionalLong start = ProcessStart.of(pid);
      return start.isPresent()
          ? Optional.of(new Owner(here(), pid, start.getAsLong()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a name.
   *
   * @param name a name from {@link #name()}
   * @return the process; empty if it is another name
   */
  public static Optional<Owner> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Owner(
              matcher.group(1),
              Long.parseLong(matcher.group(2)),
              Long.parseLong(matcher.group(3))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns a name for files.
   *
   * @return the name
   */
  public String name() {
    return "%s-%d-%d".formatted(place, pid, start);
  }

  /**
   * Returns whether it is known to have ended: nothing is known of a process of another namespace.
   *
   * @return whether it has ended
   */
  public boolean isDead() {
    if (place.equals(here())) {
      try {
        return !of(pid).filter(this::equals).isPresent();
      } catch (UncheckedIOException notKnown) {
        return false;
      }
    }
    return !place.split("-", 2)[0].equals(here().split("-", 2)[0]);
  }

  /**
   * Returns whether its process ids are those of this process.
   *
   * @return whether it is of this boot and namespace
   */
  public boolean isOfThisPlace() {
    return place.equals(here());
  }

  private static String here() {
    return Place.HERE;
  }

  /** Read once: neither changes while a process lives. */
  private static final class Place {

    private static final String HERE = find();

    private static String find() {
      try {
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        return boot.substring(0, 8) + "-" + namespace.replaceAll("\\D", "");
      } catch (IOException e) {
        throw new IllegalStateException("/proc is not mounted", e);
      }
    }
  }
}
