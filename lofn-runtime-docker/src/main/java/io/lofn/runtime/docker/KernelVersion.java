package io.lofn.runtime.docker;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the kernel version of an engine, such as {@code 6.1.0-13-amd64}. */
final class KernelVersion {

  private static final Pattern FORMAT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})([^\\d].*)?");

  private KernelVersion() {}

  /**
   * Returns whether it can change a mount together with the mounts below it: from Linux 5.12 on.
   */
  static boolean closesSubmounts(@Nullable String version) {
    Matcher matcher = FORMAT.matcher(version == null ? "" : version);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(matcher.group(2)) >= 12);
  }
}
