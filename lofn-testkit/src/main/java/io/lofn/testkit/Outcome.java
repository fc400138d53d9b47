package io.lofn.testkit;

import io.lofn.spi.ContainerExit;

/**
 * The result of a container that ran to its end.
 *
 * @param exit how it ended
 * @param stdout all of its standard output, as UTF-8
 * @param stderr all of its standard error, as UTF-8
 */
public record Outcome(ContainerExit exit, String stdout, String stderr) {

  /**
   * Returns the exit code.
   *
   * @return the exit code
   */
  public int code() {
    return exit.code();
  }
}
