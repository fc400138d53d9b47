package io.lofn.spark;

/**
 * What the {@link Doctor} found out about one thing on one node.
 *
 * @param check what was looked at: the head of a column
 * @param good whether it is as it should be
 * @param text for the table
 * @param problem what is wrong; empty if it is good
 * @param advice what to do; empty if it is good
 */
record Finding(String check, boolean good, String text, String problem, String advice) {

  static Finding good(String check, String text) {
    return new Finding(check, true, text, "", "");
  }

  static Finding bad(String check, String problem, String advice) {
    return new Finding(check, false, "FAILED", problem, advice);
  }

  /** What every serializer takes. */
  String[] toRow(String host) {
    return new String[] {host, check, Boolean.toString(good), text, problem, advice};
  }

  static Finding ofRow(String[] row) {
    return new Finding(row[1], Boolean.parseBoolean(row[2]), row[3], row[4], row[5]);
  }
}
