package io.lofn.core.warm;

import io.lofn.api.LofnException;

/**
 * Thrown if no container of an image can serve more than one run here; one container for each run
 * can.
 */
final class NotReusableException extends LofnException {

  private static final long serialVersionUID = 1L;

  NotReusableException(String reason) {
    super(reason);
  }
}
