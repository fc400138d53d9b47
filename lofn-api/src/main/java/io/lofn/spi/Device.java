package io.lofn.spi;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A device of this node that a container gets.
 *
 * @param source absolute path of the device on this node
 * @param target absolute path of it in the container
 * @param permissions the permissions of the container: {@code r} to read, {@code w} to write,
 *     {@code m} to make nodes of it, in this order. An engine without rights over devices, such as
 *     a rootless one, does not enforce them: the tool may then do what its user may
 */
public record Device(Path source, String target, String permissions) {

  private static final Pattern PERMISSIONS = Pattern.compile("(?=.)r?w?m?");

  /**
   * Checks paths and permissions.
   *
   * @param source absolute path of the device on this node
   * @param target absolute path of it in the container
   * @param permissions letters of {@code rwm}
   * @throws IllegalArgumentException if a path is not absolute, or has a colon, with which engines
   *     separate paths; or if the permissions are invalid
   */
  public Device {
    if (!source.isAbsolute() || !target.startsWith("/")) {
      throw new IllegalArgumentException(
          "A device needs absolute paths, not " + source + " and " + target);
    }
    if (source.toString().contains(":") || target.contains(":")) {
      throw new IllegalArgumentException(
          "The paths of a device must not contain a colon: " + source + " and " + target);
    }
    if (!PERMISSIONS.matcher(permissions).matches()) {
      throw new IllegalArgumentException(
          "The permissions of a device are letters of rwm, in this order, not '"
              + permissions
              + "'");
    }
  }
}
