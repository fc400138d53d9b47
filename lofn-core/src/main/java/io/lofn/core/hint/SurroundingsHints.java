package io.lofn.core.hint;

import static io.lofn.core.hint.Hint.said;
import static io.lofn.core.hint.Hint.when;

import io.lofn.api.ContainerSettings;
import io.lofn.core.config.LofnConfig;
import java.util.List;
import java.util.OptionalLong;

/** For what a container has less of than a login on a machine: network, processes, a terminal. */
final class SurroundingsHints {

  private static final String NO_NAME =
      "^(?!sudo: ).*(bad address '|temporary failure (in name resolution|resolving)"
          + "|could not resolve (host|proxy|dependencies|')|unable to resolve host address"
          + "|name or service not known|name does not resolve|UnknownHostException|EAI_AGAIN|getaddrinfo (failed|ENOTFOUND)"
          + "|no such host|dial tcp: lookup |network is unreachable|nodename nor servname"
          + "|failed to establish a new connection)";

  private static final String NO_PROCESS =
      "fork(: retry)?: (.*: )?resource temporarily unavailable|can't fork|cannot fork"
          + "|unable to create (new )?native thread|pthread_create failed|thread creation failed: resource temporarily"
          + "|can't start new thread|failed to create new OS thread|only enough available processes"
          + "|failed to spawn thread|blockingioerror: \\[errno 11\\]|what\\(\\): +resource temporarily unavailable"
          + "|(fork|clone|vfork|posix_spawn).*(cannot allocate memory|resource temporarily)";

  private static final String NO_MEMORY =
      "cannot allocate memory|std::bad_alloc|(^|: )memoryerror\\b|out of memory(?! killer)|memory exhausted"
          + "|m?alloc(ation)? failed|failed to allocate|unable to allocate|insufficient memory|could not reserve enough space";

  static final List<Hint> ALL =
      List.of(
          said(
              "OutOfMemoryError: (java heap space|gc overhead)",
              "The heap of the tool's JVM is full. The JVM sets its size, not Tool.memory alone: raise -Xmx, for instance by Tool.env(\"JAVA_TOOL_OPTIONS\", \"-Xmx2g\"), and keep it below the memory limit."),
          said(NO_PROCESS, SurroundingsHints::processes),
          said(
              NO_MEMORY,
              e ->
                  "The tool got no more memory (limit: %s): raise Tool.memory or %s, or make the partitions smaller."
                      .formatted(memory(e), LofnConfig.MEMORY.name())),
          said(
              "too many open files",
              "The tool opened more files than it may, which the engine of the node limits (ulimit -n): let it open fewer at once, or raise the engine's default for nofile."),
          said(NO_NAME, SurroundingsHints::network),
          when(
              e ->
                  hasNoNetwork(e)
                      && e.says(Hint.said("connection refused|couldn't connect to server")),
              e -> network(e)),
          said(
              "not a (tty|terminal)|(stdin|tty|standard input|tc[gs]etattr).*inappropriate ioctl|/dev/tty|no tty present|a terminal is required|TERM environment variable not set|no value for \\$?TERM",
              "A tool has no terminal. Use the option for batch work that the program has, such as --batch, --no-tty or -y."),
          said(
              "(cannot|can't|unable to|failed to|could not) (open|connect to) (x )?display|\\$DISPLAY|no display (environment|name)|no protocol specified",
              "A container has no display. Use the option of the program for work without one, such as --headless, or xvfb-run in the image."),
          said(
              "without --no-sandbox|no usable sandbox",
              "The browser cannot make its own sandbox in a container, which is one already: start it with --no-sandbox."));

  private SurroundingsHints() {}

  private static boolean hasNoNetwork(Evidence evidence) {
    return evidence.setup().settings().network().equals(ContainerSettings.NO_NETWORK);
  }

  private static String network(Evidence evidence) {
    return hasNoNetwork(evidence)
        ? "A tool has no network by default. Put what it loads into the image or a volume, or allow it one with Tool.network(\"bridge\")."
        : "The tool did not reach a host from its network, Tool.network(\"%s\"): check name resolution, proxy and firewall of the node, and whether that network leads outside."
            .formatted(evidence.setup().settings().network());
  }

  private static String processes(Evidence evidence) {
    return "The tool probably reached its limit of processes and threads (%s): let it start fewer, for tools see all cores of the node whatever their cpu limit, or raise Tool.pids or %s."
        .formatted(limit(evidence), LofnConfig.PIDS.name());
  }

  /** How many processes and threads the tool may have, in words. */
  static String limit(Evidence evidence) {
    OptionalLong pids = evidence.setup().settings().limits().pids();
    return pids.isPresent() ? Long.toString(pids.getAsLong()) : "that of the node";
  }

  /** How much memory the tool may have, in words. */
  static String memory(Evidence evidence) {
    OptionalLong memory = evidence.setup().settings().limits().memory();
    return memory.isPresent() ? memory.getAsLong() + " bytes" : "that of the node";
  }
}
