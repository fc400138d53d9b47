package io.lofn.core.warm;

import io.lofn.api.LofnException;

/** No container of this image can serve many runs here; one for each run can. */
final class NotReusableException extends LofnException {

  private static final long serialVersionUID = 1L;

  NotReusableException(String reason) {
    super(reason);
  }
}
