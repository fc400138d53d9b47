package io.lofn.api;

/** A record that a layout cannot write, as long as nobody has said whose it is. */
final class BadRecord extends LofnException {

  private static final long serialVersionUID = 1L;

  private final long number;
  private final String problem;

  /**
   * @param number the record's number, from 0
   * @param problem what is wrong with it and what to do, as what follows "Record 7"
   */
  BadRecord(long number, String problem) {
    super(message(number, problem));
    this.number = number;
    this.problem = problem;
  }

  static String message(long number, String problem) {
    return "Record %d (from 0) %s".formatted(number, problem);
  }

  /** The same as the failure of a run. */
  LofnException of(RunInput run) {
    LofnException failure = run.badRecord(number, problem);
    if (getCause() != null && failure.getCause() == null) {
      failure.initCause(getCause());
    }
    return failure;
  }
}
