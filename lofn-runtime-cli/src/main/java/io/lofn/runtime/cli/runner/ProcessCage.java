package io.lofn.runtime.cli.runner;

import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process namespace for a program that creates none: all processes in it end with its first
 * process, and that ends with the program that created the namespace. They see no process of the
 * node.
 *
 * <p>{@code unshare} creates it, and mounts a new {@code /proc}. The first process is {@code
 * timeout} without a time limit, which forwards signals: the kernel does not deliver to a first
 * process the signals that it does not handle, and few tools handle any. Immutable.
 */
public final class ProcessCage {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessCage.class);

  private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

  /**
   * The commands to try. A user who is not root may create the namespace only inside a user
   * namespace, with the same user id.
   */
  private static final List<List<String>> WAYS =
      List.of(List.of(), List.of("--user", "--map-current-user"));

  private final List<String> prefix;

  private ProcessCage(List<String> prefix) {
    this.prefix = List.copyOf(prefix);
  }

  /**
   * Returns the first of them that works on this node.
   *
   * @param programs finds a program of the search path
   * @return empty if none works
   */
  public static Optional<ProcessCage> find(Function<String, Optional<Path>> programs) {
    Optional<Path> unshare = programs.apply("unshare");
    Optional<Path> timeout = programs.apply("timeout");
    if (unshare.isEmpty() || timeout.isEmpty()) {
      return Optional.empty();
    }
    for (List<String> way : WAYS) {
      List<String> prefix = new ArrayList<>(List.of(unshare.get().toString()));
      prefix.addAll(way);
      prefix.addAll(List.of("--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--"));
      prefix.addAll(List.of(timeout.get().toString(), "--foreground", "0"));
      if (works(prefix, unshare.get())) {
        return Optional.of(new ProcessCage(prefix));
      }
    }
    return Optional.empty();
  }

  /** Returns whether it works; the programs in it create a user namespace themselves. */
  private static boolean works(List<String> prefix, Path unshare) {
    List<String> argv = new ArrayList<>(prefix);
    argv.addAll(List.of(unshare.toString(), "--user", "--mount", "true"));
    try {
      CommandResult result = Command.of(argv).run(LONGEST_TRY);
      if (!result.succeeded()) {
        LOG.debug("{} does not work on this node: {}", argv, result.message());
      }
      return result.succeeded();
    } catch (IOException e) {
      LOG.debug("Could not run {} on this node", argv, e);
      return false;
    }
  }

  /** Returns the arguments that come before the program and its arguments. */
  List<String> prefix() {
    return prefix;
  }

  /** Returns the first process in it, once that exists. */
  static Optional<ProcessHandle> first(Process process) {
    return process.children().findFirst();
  }

  /** Returns the process of the program, or of the tool that has replaced it, once that exists. */
  static Optional<ProcessHandle> inner(Process process) {
    return first(process)
        .flatMap(first -> first.children().min((a, b) -> Long.compare(a.pid(), b.pid())));
  }
}
