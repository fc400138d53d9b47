package io.lofn.runtime.cli.engine;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.runtime.cli.process.NodeUser;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Classifies the failures of a command line by its messages. */
final class CliFailure {

  private static final Pattern PASSING =
      Pattern.compile(
          // The name of a container that is just being removed.
          "is already in use by|name is already in use|removal of container .* in progress"
              // The engine or a registry cannot be reached, or is overloaded.
              + "|cannot connect|unable to connect|error during connect|connection refused"
              + "|connection reset|broken pipe|unexpected eof|i/o timeout|deadline exceeded"
              + "|timeout exceeded|handshake timeout|temporarily unavailable|try again"
              + "|too ?many ?requests|internal server error|bad gateway|service unavailable"
              + "|gateway timeout|gateway time-out");

  private static final Pattern ENGINE_OUT_OF_REACH =
      Pattern.compile(
          "cannot connect|unable to connect|error during connect|denied while trying to connect");

  private static final Pattern SOCKET_DENIED =
      Pattern.compile("permission denied while trying to connect|\\.sock: .*permission denied");

  private static final Pattern LIMIT_IGNORED =
      Pattern.compile("(limit|resource|memory|cpu|pids).*(ignored|discarded)");

  private static final Pattern NO_SUCH_CONTAINER =
      Pattern.compile("no such container|no container with name or id|no such object");

  private static final Pattern PROCESS_GONE =
      Pattern.compile("/proc/\\d+/\\S*: no such (process|file)");

  private CliFailure() {}

  /** Returns the exception for a call that failed. */
  static EngineException of(String call, CommandResult result) {
    if (result.cutOff()) {
      return passing(
          "'"
              + call
              + "' was killed because the engine did not answer in time"
              + " (spark.lofn.engine.timeout)",
          result.stderr());
    }
    String text = call + ": " + explain(result.message());
    return isPassing(result.message())
        ? passing(text, result.message())
        : new EngineException(text);
  }

  /** Returns the message of a command line, with advice where the message has none. */
  static String explain(String message) {
    return SOCKET_DENIED.matcher(message.toLowerCase(Locale.ROOT)).find()
        ? "%s. Add the user %s to the socket's group, usually 'docker', and restart the processes"
            .formatted(message, NodeUser.name())
        : message;
  }

  private static EngineException passing(String text, String message) {
    return EngineException.transientFailure(text, new IOException(message.strip()));
  }

  /** Returns whether the same call may succeed later. */
  static boolean isPassing(String message) {
    return PASSING.matcher(message.toLowerCase(Locale.ROOT)).find();
  }

  /** Returns whether the engine, not the image, is the reason that an image could not be pulled. */
  static boolean isEnginesFault(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    // A registry whose name does not resolve is probably misspelt.
    return ENGINE_OUT_OF_REACH.matcher(text).find()
        || (isPassing(text) && !text.contains("dial tcp: lookup "));
  }

  /** Returns whether the engine warns that a limit has no effect on this node. */
  static boolean isLimitIgnored(String warnings) {
    return LIMIT_IGNORED.matcher(warnings.toLowerCase(Locale.ROOT)).find();
  }

  /** Returns whether the named container does not exist. */
  static boolean isNoSuchContainer(String message) {
    return NO_SUCH_CONTAINER.matcher(message.toLowerCase(Locale.ROOT)).find();
  }

  /** Returns whether the process of a container ended while the engine inspected it. */
  static boolean isProcessGone(String message) {
    return PROCESS_GONE.matcher(message.toLowerCase(Locale.ROOT)).find();
  }
}
