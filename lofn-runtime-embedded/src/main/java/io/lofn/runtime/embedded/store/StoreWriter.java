package io.lofn.runtime.embedded.store;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.files.ForeignFileException;
import io.lofn.files.NodeLock;
import io.lofn.files.OwnDirectory;
import io.lofn.image.ArchivedImage;
import io.lofn.image.FileSums;
import io.lofn.image.ImageArchive;
import io.lofn.image.NoRoomException;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the store, under its lock; and unpacks what is pulled, under a lock of pulls, so that a
 * slow registry holds up no load.
 */
final class StoreWriter {

  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

  /** How long what a failed pull has got is kept for the next one. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final int MOST_DOUBLINGS = 20;

  private final Path directory;
  private final Path begun;
  private final Path pulls;
  private final ImageNames names;
  private final StoredTrees trees;
  private final Eviction eviction;

  StoreWriter(Path directory, ImageNames names, StoredTrees trees, Eviction eviction) {
    this.directory = directory;
    this.names = names;
    this.trees = trees;
    this.eviction = eviction;
    begun = directory.resolve("begun");
    pulls = directory.resolve("pulls");
  }

  /** Returns the directory of what pulls have got. */
  Path pulled() {
    return pulls.resolve("layout");
  }

  private Path unpacked() {
    return pulls.resolve("unpacked");
  }

  /** Returns a directory for files that are moved into the store. */
  Path begun() {
    return begun;
  }

  /**
   * Changes the store, while nobody else does.
   *
   * @param deadline as {@link System#nanoTime()} counts
   */
  <T> T change(long deadline, NodeLock.Action<T> change) throws IOException {
    makeDirectory();
    return locked(
        directory,
        deadline,
        () -> {
          try {
            StoredTrees.delete(begun);
            trees.deleteLeftovers();
            Files.createDirectories(begun);
            trees.make();
            T result = change.run();
            eviction.tidy();
            return result;
          } finally {
            StoredTrees.delete(begun);
          }
        });
  }

  /**
   * Pulls, while nobody else does.
   *
   * @param deadline as {@link System#nanoTime()} counts
   */
  <T> T pull(long deadline, NodeLock.Action<T> pull) throws IOException {
    makeDirectory();
    Files.createDirectories(pulls);
    return locked(
        pulls,
        deadline,
        () -> {
          deleteOldPull();
          try {
            return pull.run();
          } finally {
            StoredTrees.delete(unpacked());
          }
        });
  }

  /**
   * Does something while nobody else has a lock.
   *
   * @param lock an existing directory
   */
  <T> T locked(Path lock, long deadline, NodeLock.Action<T> action) throws IOException {
    try {
      return new NodeLock(lock)
          .with(
              deadline,
              who -> new IOException(who + " has pulled or unpacked images all the time"),
              action);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          "Interrupted while waiting for others to unpack images into " + directory, e);
    }
  }

  private void makeDirectory() throws IOException {
    if (!Files.exists(directory)) {
      Path parent = directory.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (FileAlreadyExistsException another) {
        LOG.trace("Another task has made {}", directory);
      }
    }
    checkOwner();
  }

  /** Refuses a directory that others can write. */
  void checkOwner() throws IOException {
    try {
      OwnDirectory.open(directory).close();
    } catch (ForeignFileException e) {
      throw new EngineException(
          "The directory of images is not safe: %s; delete it, or set %s to another directory"
              .formatted(e.getMessage(), ImageStore.SETTING),
          e);
    }
  }

  /**
   * Makes room on a full disk, if images are there that nobody uses: for each further attempt twice
   * as many.
   *
   * @param attempts how many have failed
   * @param bytes how many are needed, as far as that is known
   * @return how many images it has deleted
   */
  int makeRoom(int attempts, long bytes, long deadline) throws IOException {
    int least = 1 << Math.min(attempts - 1, MOST_DOUBLINGS);
    return locked(directory, deadline, () -> eviction.free(least, bytes));
  }

  /** Deletes what a pull has unpacked; the caller has the lock of pulls. */
  void deleteUnpacked() {
    StoredTrees.delete(unpacked());
  }

  /** Returns whether pulls have left layers. */
  boolean hasPulled() {
    return Files.isDirectory(pulled());
  }

  /** Deletes what pulls have got. */
  void deletePulled() {
    StoredTrees.delete(pulled());
  }

  private void deleteOldPull() throws IOException {
    if (Files.isDirectory(pulled())) {
      FileTime last = Files.getLastModifiedTime(pulled());
      if (last.toInstant().isBefore(Instant.now().minus(KEPT))) {
        deletePulled();
      }
    }
  }

  /** Unpacks all images of an archive that are not here yet, and gives them their names. */
  void addAll(ImageArchive archive, long deadline) throws IOException {
    for (ArchivedImage image : archive.images()) {
      trees.hold(image.id()); // From here on nobody deletes the tree.
      if (!trees.has(image.id())) {
        trees.put(image.id(), unpackedOf(image, deadline));
      }
      trees.used(image.id());
      name(image);
    }
  }

  /**
   * Unpacks what is pulled, unless it is here, and takes it into the store under its names.
   *
   * @param inPlace the directory of its tree elsewhere, which is used in place of an own one
   * @param names gives it more names
   */
  void add(
      ArchivedImage image, Optional<Path> inPlace, long deadline, NodeLock.Action<Boolean> names)
      throws IOException {
    trees.hold(image.id());
    boolean isHere = trees.has(image.id());
    deleteUnpacked();
    Files.createDirectories(unpacked());
    Path copy =
        isHere
            ? trees.directory(image.id())
            : inPlace.isPresent()
                ? TreeLink.make(image, inPlace.get(), unpacked())
                : unpacked(image, unpacked(), deadline);
    change(
        deadline,
        () -> {
          if (!trees.has(image.id())) {
            trees.put(image.id(), copy);
          }
          name(image);
          return names.run();
        });
  }

  private Path unpackedOf(ArchivedImage image, long deadline) throws IOException {
    try {
      return unpacked(image, begun, deadline);
    } catch (NoRoomException e) {
      throw new NoRoomException(
          "image %s: %s"
              .formatted(image.names().isEmpty() ? image.id() : image.names(), e.getMessage()),
          e.needed(),
          e);
    }
  }

  private static Path unpacked(ArchivedImage image, Path work, long deadline) throws IOException {
    image.requireDigests();
    Path copy = work.resolve(StoredTrees.hex(image.id()));
    Path root = StoredTrees.begin(copy);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    FileSums sums = image.unpack(root, Owners.mayBeKept(), ImageStore.SETTING, deadline);
    StoredTrees.complete(copy, image.config(), sums);
    return copy;
  }

  private void name(ArchivedImage image) throws IOException {
    boolean named = false;
    for (String name : image.names()) {
      named |= names.set(name, image.id(), begun);
      for (String digest : image.digests()) {
        named |= names.set(repository(name) + "@" + digest, image.id(), begun);
      }
    }
    if (!named) {
      names.set(image.id(), image.id(), begun);
    }
  }

  private static String repository(String name) {
    try {
      return ImageReference.parse(name).repository();
    } catch (ImageUnavailableException noName) {
      return name;
    }
  }
}
