package io.lofn.core.shell;

import java.util.List;
import java.util.regex.Pattern;

/** What exit codes mean by the conventions of shells and engines. */
public final class ExitCodes {

  public static final int ENGINE_FAILED = 125;
  public static final int NOT_EXECUTABLE = 126;
  public static final int NOT_FOUND = 127;
  public static final int KILLED = 137;
  public static final int SEGMENTATION_FAULT = 139;
  public static final int BROKEN_PIPE = 141;
  public static final int TERMINATED = 143;

  private static final int SIGNAL_BASE = 128;

  /** Signals by their numbers, from 1, on the architectures that lofn meets: x86, ARM, POWER. */
  private static final List<String> SIGNALS =
      List.of(
          "SIGHUP",
          "SIGINT",
          "SIGQUIT",
          "SIGILL",
          "SIGTRAP",
          "SIGABRT",
          "SIGBUS",
          "SIGFPE",
          "SIGKILL",
          "SIGUSR1",
          "SIGSEGV",
          "SIGUSR2",
          "SIGPIPE",
          "SIGALRM",
          "SIGTERM",
          "SIGSTKFLT",
          "SIGCHLD",
          "SIGCONT",
          "SIGSTOP",
          "SIGTSTP",
          "SIGTTIN",
          "SIGTTOU",
          "SIGURG",
          "SIGXCPU",
          "SIGXFSZ",
          "SIGVTALRM",
          "SIGPROF",
          "SIGWINCH",
          "SIGIO",
          "SIGPWR",
          "SIGSYS");

  /** Those above have no names. */
  private static final int LAST_SIGNAL = 64;

  /**
   * What the init processes of engines end with when a command fails by an error they do not know.
   */
  private static final int INIT_FAILED = 1;

  /** All that tini, docker-init among them, and catatonit write then. */
  private static final Pattern OF_INIT =
      Pattern.compile(
          "\\[FATAL tini \\(\\d+\\)\\] exec .* failed: [^\\n]*\\n?"
              + "|ERROR \\(catatonit:\\d+\\): failed to exec pid1: [^\\n]*\\n?",
          Pattern.DOTALL);

  private ExitCodes() {}

  /**
   * Whether a command was not executed for a reason that its init process tells in words alone. A
   * tool that writes the same fails as if it were so.
   */
  public static boolean isOfInit(int code, String stderr) {
    return code == INIT_FAILED && OF_INIT.matcher(stderr).matches();
  }

  public static String describe(int code) {
    return switch (code) {
      case 0 -> "0: success, which this tool does not accept";
      case ENGINE_FAILED -> "125: commonly a container engine's own failure";
      case NOT_EXECUTABLE -> "126: the command was found but could not be executed";
      case NOT_FOUND -> "127: the command was not found";
      default -> signal(code);
    };
  }

  private static String signal(int code) {
    int number = code - SIGNAL_BASE;
    if (number < 1 || number > LAST_SIGNAL) {
      return code + ": the tool's own";
    }
    return number <= SIGNALS.size()
        ? "%d: ended by signal %d (%s)".formatted(code, number, SIGNALS.get(number - 1))
        : "%d: the tool's own, or ended by signal %d".formatted(code, number);
  }
}
