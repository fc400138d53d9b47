package io.lofn.spark;

import io.lofn.spi.ContainerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A command as the shell in a container becomes it, with the environment that it is to find. Shells
 * drop variables whose names are none to them, and have a use of their own for others; {@code env}
 * hands those over.
 */
final class ShellCommand {

  /** Names beginning so are those of lofn's scripts. */
  private static final String OWN = "lofn__";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * Names that a shell sets, resets, drops or acts upon: of POSIX, bash, dash, ash, ksh and zsh.
   */
  private static final Pattern SPECIAL =
      Pattern.compile(
          "_|"
              + OWN
              + ".*|(BASH|COMP_|HIST|KSH_|ZSH_|YASH_|READLINE_|FUNC(NAME|NEST)|EPOCH|PS[0-9]).*"
              + "|(OLD)?PWD|SHLVL|IFS|ENV|OPT(ARG|IND|ERR)|SHELLOPTS|POSIXLY_CORRECT|U?E?UID|E?GID"
              + "|GROUPS|PPID|PIPESTATUS|S?RANDOM|SECONDS|LINENO|TIMEFORMAT|TMOUT|GLOBIGNORE|FIGNORE"
              + "|CDPATH|MAIL(CHECK|PATH)?|DIRSTACK|COMPREPLY|COLUMNS|LINES|(HOST|MACH|OS)TYPE|FCEDIT"
              + "|EDITOR|VISUAL|INPUTRC|IGNOREEOF|CHILD_MAX|MAPFILE|COPROC|REPLY|(READ)?NULLCMD"
              + "|USERNAME|LOGNAME|ERRNO|A__z|argv|status|path|fpath|cdpath|manpath|mailpath"
              + "|module_path|psvar|prompt|watch|histchars");

  private ShellCommand() {}

  /** Whether a shell may become this command. */
  static boolean takes(List<String> argv) {
    return !argv.isEmpty() && !argv.get(0).startsWith("-") && !argv.get(0).isEmpty();
  }

  /** Whether a shell may become what is to be started, and with its whole environment. */
  static boolean takes(CommandStart start, ContainerSpec spec) {
    return !spec.imageEntrypoint()
        && takes(spec.argv())
        && (spec.argv().get(0).indexOf('=') < 0 || handedOver(start, spec).isEmpty());
  }

  /** The command, by way of {@code env} where variables do not pass through a shell. */
  static List<String> of(CommandStart start, ContainerSpec spec) {
    List<String> variables = handedOver(start, spec);
    if (variables.isEmpty()) {
      return spec.argv();
    }
    List<String> argv = new ArrayList<>(List.of("env", "--"));
    argv.addAll(variables);
    argv.addAll(spec.argv());
    return argv;
  }

  /** The assignments that do not pass through a shell. */
  static List<String> handedOver(CommandStart start, ContainerSpec spec) {
    List<String> variables = new ArrayList<>();
    for (Map.Entry<String, String> each : start.environment(spec).entrySet()) {
      if (!passes(each.getKey())) {
        variables.add(each.getKey() + "=" + each.getValue());
      }
    }
    return variables;
  }

  static boolean passes(String name) {
    return NAME.matcher(name).matches() && !SPECIAL.matcher(name).matches();
  }
}
