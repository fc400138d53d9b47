package io.lofn.core.shell;

import java.util.Optional;

/** A container whose start tells whether its command could be executed. */
public interface ExecStatus {

  /**
   * Returns whether it could be, once that is known: when its standard error has been read to its
   * end.
   */
  Optional<Boolean> began();
}
