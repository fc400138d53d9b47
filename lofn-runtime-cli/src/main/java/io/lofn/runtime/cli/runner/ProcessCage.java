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
 * A namespace of processes around a program that makes none: whatever runs in it ends with its
 * first process, and that with the program that made the namespace; it sees no process of the node.
 *
 * <p>{@code unshare} makes it, and mounts its own {@code /proc}. The first process is {@code
 * timeout} without a time, which passes signals on: the kernel keeps from a first process those
 * that it does not handle, and few tools handle any. Immutable.
 */
public final class ProcessCage {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessCage.class);

  private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

  /** Who is not root may make the namespace only in one of users, where it stays the same user. */
  private static final List<List<String>> WAYS =
      List.of(List.of(), List.of("--user", "--map-current-user"));

  private final List<String> prefix;

  private ProcessCage(List<String> prefix) {
    this.prefix = List.copyOf(prefix);
  }

  /**
   * The way that works on this node.
   *
   * @param programs finds a program of the search path
   * @return empty if there is none
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

  /** The programs in it make a namespace of users by themselves. */
  private static boolean works(List<String> prefix, Path unshare) {
    List<String> argv = new ArrayList<>(prefix);
    argv.addAll(List.of(unshare.toString(), "--user", "--mount", "true"));
    try {
      CommandResult result = Command.of(argv).run(LONGEST_TRY);
      if (!result.succeeded()) {
        LOG.debug("{} does not work here: {}", argv, result.message());
      }
      return result.succeeded();
    } catch (IOException e) {
      LOG.debug("{} cannot be run here", argv, e);
      return false;
    }
  }

  /** What the program and its arguments follow. */
  List<String> prefix() {
    return prefix;
  }

  /** The first process in it, once that is there. */
  static Optional<ProcessHandle> first(Process process) {
    return process.children().findFirst();
  }

  /** The process of the program, or of the tool that has taken its place, once that is there. */
  static Optional<ProcessHandle> inner(Process process) {
    return first(process)
        .flatMap(first -> first.children().min((a, b) -> Long.compare(a.pid(), b.pid())));
  }
}
