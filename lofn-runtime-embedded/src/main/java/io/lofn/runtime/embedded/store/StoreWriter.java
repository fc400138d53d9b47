package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.files.FileTree;
import io.lofn.files.ForeignFileException;
import io.lofn.files.NodeLock;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import io.lofn.image.ArchivedImage;
import io.lofn.image.ImageArchive;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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

  private final Path directory;
  private final Path trees;
  private final Path begun;
  private final Path pulls;
  private final ImageNames names;
  private final TreeUses uses;
  private final Predicate<String> inPlace;

  /**
   * @param inPlace whether the tree of an id may be used elsewhere
   */
  StoreWriter(Path directory, ImageNames names, Predicate<String> inPlace) {
    this.inPlace = inPlace;
    this.directory = directory;
    this.names = names;
    trees = directory.resolve("sha256");
    begun = directory.resolve("begun");
    pulls = directory.resolve("pulls");
    uses = new TreeUses(directory.resolve("uses"));
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

  /** Returns the directory of an image's tree. */
  Path tree(String id) {
    return trees.resolve(hex(id));
  }

  /** Returns whether an image's tree is there. */
  boolean isWhole(String id) {
    return TreeLink.isWhole(tree(id), id, inPlace);
  }

  /** Marks a tree as used by this process. */
  void hold(String id) throws IOException {
    uses.hold(hex(id));
  }

  private static String hex(String id) {
    return id.substring(id.indexOf(':') + 1);
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
            delete(begun);
            Files.createDirectories(begun);
            Files.createDirectories(trees);
            T result = change.run();
            deleteUnnamed();
            return result;
          } finally {
            delete(begun);
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
            delete(unpacked());
          }
        });
  }

  private <T> T locked(Path lock, long deadline, NodeLock.Action<T> action) throws IOException {
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

  /** Of what has died or ended nothing is needed: what cannot be deleted is no failure. */
  private static void delete(Path tree) {
    try {
      FileTree.delete(tree, Writers.GONE);
    } catch (IOException e) {
      LOG.warn("Could not delete {}; the next load or pull tries it again", tree, e);
    }
  }

  /** Deletes what pulls have got. */
  void deletePulled() {
    delete(pulled());
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
      if (!isWhole(image.id())) {
        delete(tree(image.id()));
        Files.move(unpacked(image, begun, deadline), tree(image.id()));
      }
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
    hold(image.id()); // From here on nobody deletes the tree.
    Path tree = tree(image.id());
    boolean isHere = isWhole(image.id());
    delete(unpacked());
    Files.createDirectories(unpacked());
    Path copy =
        isHere
            ? tree
            : inPlace.isPresent()
                ? TreeLink.make(image, inPlace.get(), unpacked().resolve(hex(image.id())))
                : unpacked(image, unpacked(), deadline);
    change(
        deadline,
        () -> {
          if (!isWhole(image.id())) {
            delete(tree);
            Files.move(copy, tree);
          }
          name(image);
          return names.run();
        });
  }

  private static Path unpacked(ArchivedImage image, Path work, long deadline) throws IOException {
    image.requireDigests();
    Path copy = Files.createDirectory(work.resolve(hex(image.id())));
    Path root = Files.createDirectory(copy.resolve("root"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    image.unpack(root, Owners.mayBeKept(), ImageStore.SETTING, deadline);
    Files.writeString(copy.resolve("config.json"), image.config(), UTF_8);
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

  /** The images that were asked for are there: what cannot be deleted now, a later load deletes. */
  private void deleteUnnamed() {
    try {
      deleteAllBut(names.ids());
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("Could not delete the images in {} that have lost their names", trees, e);
    }
  }

  private void deleteAllBut(Set<String> named) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(trees)) {
      for (Path tree : all) {
        String hex = tree.getFileName().toString();
        if (!named.contains("sha256:" + hex)
            && uses.ifUnused(hex, () -> Files.move(tree, begun.resolve("old-" + hex)))) {
          LOG.info("Deleting image {}, whose names are other images' now", hex);
        }
      }
    }
  }
}
