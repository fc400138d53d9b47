package io.lofn.image;

import io.lofn.files.FullDisk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The disk of the images has no room for one more. */
public final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1;

  private final long needed;

  /**
   * Creates one.
   *
   * @param message what needs room, how much there is, and what to do
   * @param needed how many bytes are needed, as far as that is known; else 0
   * @param cause what the system said; null if it was not tried
   */
  public NoRoomException(String message, long needed, @Nullable Throwable cause) {
    super(message, cause);
    this.needed = needed;
  }

  /** Returns how many bytes are needed, as far as that is known; else 0. */
  public long needed() {
    return needed;
  }

  /**
   * Returns whether a failure to write a file means that the disk, or the user's quota, is full.
   *
   * @param failure what the system said
   */
  public static boolean isMeantBy(IOException failure) {
    return failure instanceof NoRoomException || FullDisk.isMeantBy(failure);
  }
}
