package io.lofn.runtime.cli.dialect;

/** Exit codes, by the conventions of shells and engines. */
final class ExitCodes {

  static final int NOT_EXECUTABLE = 126;
  static final int NOT_FOUND = 127;

  private ExitCodes() {}
}
