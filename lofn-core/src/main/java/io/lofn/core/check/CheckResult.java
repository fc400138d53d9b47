package io.lofn.core.check;

import io.lofn.api.Printable;

/**
 * One result of the doctor's checks: one subject on one node.
 *
 * @param check the subject, which is the heading of a column
 * @param good whether the check passed
 * @param text the text of the table's cell
 * @param problem what is wrong, may be wrong, or is worth knowing; empty if nothing is
 * @param advice what to do; empty if there is nothing to do
 */
public record CheckResult(String check, boolean good, String text, String problem, String advice) {

  /** Escapes control characters: the texts may quote an engine or an image. */
  public CheckResult {
    text = Printable.line(text);
    problem = Printable.text(problem);
  }

  public static CheckResult good(String check, String text) {
    return new CheckResult(check, true, text, "", "");
  }

  /** Returns a check that passed, with a problem that matters for some uses only. */
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

  /** Returns whether there is advice. */
  public boolean advises() {
    return !problem.isEmpty() && !isNote();
  }

  /** Whether there is something to tell, and nothing to do. */
  public boolean isNote() {
    return good && advice.isEmpty() && !problem.isEmpty();
  }

  /** Returns the fields as strings, which every serializer supports. */
  public String[] toRow(String host) {
    return new String[] {host, check, Boolean.toString(good), text, problem, advice};
  }

  public static CheckResult ofRow(String[] row) {
    return new CheckResult(row[1], Boolean.parseBoolean(row[2]), row[3], row[4], row[5]);
  }
}
