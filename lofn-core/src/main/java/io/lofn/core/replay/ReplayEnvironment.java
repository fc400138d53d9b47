package io.lofn.core.replay;

import io.lofn.core.text.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A tool's environment for a run by hand. No value is put into a command line, where every user of
 * the node could read it: plain ones go through a file that the engine reads, others through the
 * environment of the command, which a second file sets.
 *
 * @param file lines of the engine's file
 * @param exports commands of a shell
 * @param exported the names of the variables that these set
 * @param unsayable the names of variables that go neither way
 */
record ReplayEnvironment(
    List<String> file, List<String> exports, List<String> exported, List<String> unsayable) {

  /** Engines' parsers agree on such values; some quote others, and none takes line breaks. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]{0,16000}");

  private static final Pattern FILE_NAME = Pattern.compile("[^\\s*#=\\p{Cntrl}]+");
  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** What the shell or the engine's command line would obey, or does not let be set. */
  private static final Pattern OBEYED =
      Pattern.compile(
          "PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|TMPDIR|TERM|TZ|LANG|LANGUAGE|HOSTNAME|ENV|IFS"
              + "|E?UID|PPID|SHELLOPTS|PS[0-9]|GO.*|BASH.*|.*_PROXY|INVOCATION_ID|MAINPID"
              + "|(BUILDAH|CNI|CONTAINERS?|DBUS|DOCKER|LC|LD|LISTEN|NERDCTL|NETAVARK|NOTIFY|OTEL"
              + "|PODMAN|REGISTRY|SSH|SSL|STORAGE|XDG|)_.*");

  static ReplayEnvironment of(Map<String, String> variables) {
    List<String> file = new ArrayList<>();
    List<String> exports = new ArrayList<>();
    List<String> exported = new ArrayList<>();
    List<String> unsayable = new ArrayList<>();
    variables.forEach(
        (name, value) -> {
          if (FILE_NAME.matcher(name).matches() && PLAIN.matcher(value).matches()) {
            file.add(name + "=" + value);
          } else if (SHELL_NAME.matcher(name).matches()
              && !OBEYED.matcher(name.toUpperCase(Locale.ROOT)).matches()) {
            exports.add("export " + name + "=" + ShellWords.quote(value));
            exported.add(name);
          } else {
            unsayable.add(name);
          }
        });
    return new ReplayEnvironment(file, exports, exported, unsayable);
  }

  /** Names the variables only: their values may be secrets. */
  @Override
  public String toString() {
    return file.stream().map(line -> line.substring(0, line.indexOf('='))).toList()
        + " "
        + exported
        + " "
        + unsayable;
  }
}
