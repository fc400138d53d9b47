package io.lofn.files;

import java.util.List;
import java.util.Locale;

/** What the system says when a disk cannot hold more: ENOSPC and EDQUOT of errno(3). */
public final class FullDisk {

  private static final List<String> WORDS = List.of("no space left on device", "quota exceeded");

  private FullDisk() {}

  /**
   * Returns whether a failure to write a file means that its disk is full, or has no more files to
   * give, or that the user has used up a quota.
   *
   * @param failure what the system said, in English
   */
  public static boolean isMeantBy(Exception failure) {
    String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return WORDS.stream().anyMatch(said::contains);
  }
}
