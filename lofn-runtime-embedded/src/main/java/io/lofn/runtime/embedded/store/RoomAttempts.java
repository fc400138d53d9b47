package io.lofn.runtime.embedded.store;

import io.lofn.image.NoRoomException;
import java.io.IOException;

/**
 * The attempts to unpack one image on a disk that is full. Before each further one some images are
 * deleted that nobody uses, and when there are none, once the layers that earlier pulls have left.
 */
final class RoomAttempts {

  private final StoreWriter writer;
  private final long deadline;
  private boolean hasLayers;
  private int failed;
  private int deleted;

  /**
   * @param hasLayers whether earlier pulls have left any that this one may delete: it has the lock
   */
  RoomAttempts(StoreWriter writer, long deadline, boolean hasLayers) {
    this.writer = writer;
    this.deadline = deadline;
    this.hasLayers = hasLayers;
  }

  /** Makes room after the failure of a pull, which has the lock of pulls. */
  void next(IOException failure) throws IOException {
    writer.deleteUnpacked();
    if (NoRoomException.isMeantBy(failure)) {
      if (makeRoom(failure)) {
        return;
      }
      if (hasLayers) {
        hasLayers = false;
        writer.deletePulled();
        return;
      }
    }
    // What came is damaged, or the disk is full.
    writer.deletePulled();
    throw explained(failure);
  }

  /** Makes room after the failure of a load. */
  void nextLoad(IOException failure) throws IOException {
    if (!NoRoomException.isMeantBy(failure) || !makeRoom(failure)) {
      throw explained(failure);
    }
  }

  private boolean makeRoom(IOException failure) throws IOException {
    long needed = failure instanceof NoRoomException known ? known.needed() : 0;
    try {
      int now = writer.makeRoom(++failed, needed, deadline);
      deleted += now;
      return now > 0;
    } catch (IOException e) {
      failure.addSuppressed(e); // The disk may be so full that no lock can be made.
      return false;
    }
  }

  private IOException explained(IOException failure) {
    if (!NoRoomException.isMeantBy(failure)) {
      return failure;
    }
    String said = ImageStore.said(failure);
    String toDo =
        said.contains(ImageStore.SETTING)
            ? ""
            : "; free space (or inodes) there, or set %s to a directory on a larger disk"
                .formatted(ImageStore.SETTING);
    String tried =
        deleted == 0 ? "" : "; all images that nobody used are deleted (%d)".formatted(deleted);
    return new IOException(said + toDo + tried, failure);
  }
}
