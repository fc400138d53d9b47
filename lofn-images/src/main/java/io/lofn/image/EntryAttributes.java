package io.lofn.image;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Gives the files of a layer their owners, modes and times.
 *
 * <p>Files never keep their set-uid and set-gid bits: on the node such a file would lend the rights
 * of its owner, of root too, to everybody who can reach it; and in a container, which gets no new
 * privileges, the bits do nothing. Extended attributes are not written for the same reason: that of
 * capabilities is one.
 */
final class EntryAttributes {

  private static final int PERMISSIONS = 0777;
  private static final int STICKY = 01000;
  private static final int SET_GID = 02000;

  /** What their owner needs to read a file, and to use and delete a directory. */
  private static final int OWN_FILE = 0400;

  private static final int OWN_DIRECTORY = 0700;

  /** So that an image of millions of directories takes no memory; the others keep later times. */
  private static final int MOST_TIMES = 50_000;

  private static final int MOST_BYTES_OF_PATHS = 16 << 20;

  private static final long LARGEST_ID = 0xffffffffL;

  private final Path root;
  private final boolean owners;
  private final List<Path> directories = new ArrayList<>();
  private final List<FileTime> times = new ArrayList<>();
  private long bytesOfPaths;

  /**
   * @param root the directory of the tree
   * @param owners whether files get the owners that the layer says, and exactly its modes;
   *     otherwise all belong to this user, who can read and delete them
   */
  EntryAttributes(Path root, boolean owners) {
    this.root = root;
    this.owners = owners;
  }

  void file(Path file, TarArchiveEntry entry) throws IOException {
    own(file, entry);
    int mode = entry.getMode() & PERMISSIONS;
    Files.setAttribute(file, "unix:mode", owners ? mode : mode | OWN_FILE);
    Files.setLastModifiedTime(file, entry.getLastModifiedTime());
  }

  /** The time is set by {@link #end}: entries in the directory change it. */
  void directory(Path directory, TarArchiveEntry entry) throws IOException {
    own(directory, entry);
    int mode = entry.getMode();
    Files.setAttribute(
        directory,
        "unix:mode",
        owners
            ? mode & (PERMISSIONS | STICKY | SET_GID)
            : (mode & (PERMISSIONS | STICKY)) | OWN_DIRECTORY);
    if (directories.size() < MOST_TIMES && bytesOfPaths < MOST_BYTES_OF_PATHS) {
      bytesOfPaths += EntryNames.bytes(directory.toString());
      directories.add(directory);
      times.add(entry.getLastModifiedTime());
    }
  }

  void link(Path link, TarArchiveEntry entry) throws IOException {
    own(link, entry, NOFOLLOW_LINKS);
    setTime(link, entry.getLastModifiedTime());
  }

  private void own(Path path, TarArchiveEntry entry, LinkOption... links) throws IOException {
    if (owners) {
      Files.setAttribute(path, "unix:uid", id(entry, entry.getLongUserId()), links);
      Files.setAttribute(path, "unix:gid", id(entry, entry.getLongGroupId()), links);
    }
  }

  private static int id(TarArchiveEntry entry, long id) throws IOException {
    if (id < 0 || id >= LARGEST_ID) {
      throw new IOException(
          "Its entry '%s' belongs to user or group %d, which Linux does not have"
              .formatted(entry.getName(), id));
    }
    return (int) id;
  }

  private static void setTime(Path path, FileTime time) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .setTimes(time, null, null);
  }

  /** Sets the times of the directories. Must be called after the layer's last entry. */
  void end() throws IOException {
    for (int i = 0; i < directories.size(); i++) {
      if (isStillThere(directories.get(i))) {
        setTime(directories.get(i), times.get(i));
      }
    }
  }

  /**
   * Returns whether neither a directory nor one above it has become a link since, which may lead
   * out of the tree.
   */
  private boolean isStillThere(Path directory) {
    for (Path each = directory; !each.equals(root); each = each.getParent()) {
      if (!Files.isDirectory(each, NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return true;
  }
}
