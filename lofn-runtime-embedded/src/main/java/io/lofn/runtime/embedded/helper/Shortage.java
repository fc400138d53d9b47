package io.lofn.runtime.embedded.helper;

import java.util.regex.Pattern;

/** Tells what a node is short of for a moment only. */
public final class Shortage {

  /** As lofn-run, the JVM's start of processes, and its access to files write them. */
  private static final Pattern WORDS =
      Pattern.compile(
          "\\b(EAGAIN|ENOMEM|ENOSPC|EMFILE|ENFILE|EBUSY|ETXTBSY)\\b|\\berror=(11|12|23|24|26),"
              + "|Resource temporarily unavailable|Cannot allocate memory|No space left on device"
              + "|Too many open files");

  private Shortage() {}

  /**
   * Returns whether a message is of such a failure.
   *
   * @param message the message of lofn-run, or of an exception
   * @return whether the same may succeed a little later
   */
  public static boolean isIn(String message) {
    return WORDS.matcher(message).find();
  }
}
