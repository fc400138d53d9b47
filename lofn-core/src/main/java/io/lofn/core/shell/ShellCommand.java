package io.lofn.core.shell;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells which commands the shell in a container may become, with their environment: shells drop
 * variables whose names are not valid for them, and use others themselves.
 */
final class ShellCommand {

  /** The prefix of the variables of lofn's scripts. */
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

  /** Returns whether a shell may become this command. */
  static boolean takes(List<String> argv) {
    return !argv.isEmpty() && !argv.get(0).startsWith("-") && !argv.get(0).isEmpty();
  }

  static boolean passes(String name) {
    return NAME.matcher(name).matches() && !SPECIAL.matcher(name).matches();
  }
}
