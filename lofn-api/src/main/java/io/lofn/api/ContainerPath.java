package io.lofn.api;

/** Checks paths in a container. */
final class ContainerPath {

  private ContainerPath() {}

  /**
   * Checks that a path is absolute and has no {@code ..}.
   *
   * @return the path without a trailing slash
   */
  static String absolute(String what, String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          what + " must be an absolute path in the container, not '" + path + "'");
    }
    if (path.indexOf('\0') >= 0 || ("/" + path + "/").contains("/../")) {
      throw new IllegalArgumentException(what + " must not contain '..' or NUL: '" + path + "'");
    }
    String clean = path.replaceAll("/+", "/").replaceAll("(/\\.)+(?=/|$)", "");
    return clean.length() > 1 && clean.endsWith("/")
        ? clean.substring(0, clean.length() - 1)
        : clean;
  }
}
