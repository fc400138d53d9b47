package io.lofn.api;

/** No container runtime can be used on this node, or not the one that was asked for. */
public final class RuntimeUnavailableException extends LofnException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message each runtime that was found, with the reason why it cannot be used
   */
  public RuntimeUnavailableException(String message) {
    super(message);
  }
}
