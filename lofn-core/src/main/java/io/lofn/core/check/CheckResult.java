package io.lofn.core.check;

import io.lofn.api.Printable;

/**
 * What the doctor found out about one thing on one node.
 *
 * @param check what was looked at: the head of a column
 * @param good whether it is as it should be
 * @param text for the table
 * @param problem what is wrong, or may be, or is worth telling; empty if nothing is
 * @param advice what to do; empty if nothing is to be done
 */
public record CheckResult(String check, boolean good, String text, String problem, String advice) {

  /** Engines and images have a say in it, and it is printed. */
  public CheckResult {
    text = Printable.line(text);
    problem = Printable.text(problem);
  }

  public static CheckResult good(String check, String text) {
    return new CheckResult(check, true, text, "", "");
  }

  /** What is as it should be for most purposes. */
  static CheckResult warning(String check, String text, String problem, String advice) {
    return new CheckResult(check, true, text, problem, advice);
  }

  /** What is as it should be, with more to tell than the table has room for. */
  static CheckResult note(String check, String text, String more) {
    return new CheckResult(check, true, text, more, "");
  }

  public static CheckResult bad(String check, String problem, String advice) {
    return new CheckResult(check, false, "FAILED", problem, advice);
  }

  /** Whether there is something to do about it. */
  public boolean advises() {
    return !problem.isEmpty() && !isNote();
  }

  /** Whether there is something to tell, and nothing to do. */
  public boolean isNote() {
    return good && advice.isEmpty() && !problem.isEmpty();
  }

  /** What every serializer takes. */
  public String[] toRow(String host) {
    return new String[] {host, check, Boolean.toString(good), text, problem, advice};
  }

  public static CheckResult ofRow(String[] row) {
    return new CheckResult(row[1], Boolean.parseBoolean(row[2]), row[3], row[4], row[5]);
  }
}
