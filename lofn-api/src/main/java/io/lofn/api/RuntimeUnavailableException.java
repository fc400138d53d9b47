package io.lofn.api;

/** Thrown when no container runtime is usable on this node, or not the requested one. */
public final class RuntimeUnavailableException extends LofnException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message each runtime that was found, with the reason why it is not usable
   */
  public RuntimeUnavailableException(String message) {
    super(message);
  }
}
