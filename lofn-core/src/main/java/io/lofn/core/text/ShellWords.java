package io.lofn.core.text;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;

/** Quotes words for a POSIX shell. Nothing here is ever given to a shell of the node. */
public final class ShellWords {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+-]+");

  private ShellWords() {}

  /** Returns one shell word that stands for this text, whatever characters it has. */
  public static String quote(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** Returns a command line. */
  public static String join(List<String> argv) {
    return argv.stream().map(ShellWords::quote).collect(joining(" "));
  }
}
