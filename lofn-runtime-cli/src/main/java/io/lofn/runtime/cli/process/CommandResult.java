package io.lofn.runtime.cli.process;

/**
 * The result of a command.
 *
 * @param code its exit code; meaningless if it was cut off
 * @param stdout its standard output
 * @param stderr its standard error
 * @param cutOff whether it was killed because it took too long
 */
public record CommandResult(int code, String stdout, String stderr, boolean cutOff) {

  private static final int LONGEST_MESSAGE = 4000;

  public boolean succeeded() {
    return code == 0 && !cutOff;
  }

  /** Returns the error message of the command, or its exit code if there is none. */
  public String message() {
    String text = (stderr.isBlank() ? stdout : stderr).strip();
    if (text.isEmpty()) {
      return "exit code " + code;
    }
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + " ...";
  }
}
