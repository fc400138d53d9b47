package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;

import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.image.FileSums;
import io.lofn.image.Sha256;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unpacked images of a store. Each has a directory, whose time is that of its last use, with
 * the tree, the configuration, the size, and the record of what was unpacked. Nobody sees a half
 * one: it is moved to its place when it is whole, and away from there before it is deleted.
 * Thread-safe.
 */
final class StoredTrees {

  private static final Logger LOG = LoggerFactory.getLogger(StoredTrees.class);

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final String GOING = "going-";
  private static final String ROOT = "root";
  private static final String CONFIG = "config.json";
  private static final String SIZE = "size";
  private static final String RECORD = "record";

  /** How exactly the last use is known. */
  private static final long BETWEEN_NOTES = MINUTES.toNanos(1);

  private final Path directory;
  private final TreeUses uses;
  private final Predicate<String> mayBeElsewhere;
  private final Map<String, Long> noted = new ConcurrentHashMap<>();

  /**
   * An image.
   *
   * @param id with its algorithm
   * @param bytes what it takes of the disk, about
   */
  record Tree(String id, long bytes, Instant lastUse) {}

  /**
   * @param store its directory
   * @param mayBeElsewhere whether the tree of an id may be used that lies outside of the store
   */
  StoredTrees(Path store, Predicate<String> mayBeElsewhere) {
    this.mayBeElsewhere = mayBeElsewhere;
    directory = store.resolve("sha256");
    uses = new TreeUses(store.resolve("uses"));
  }

  /** Makes the directory of the trees. */
  void make() throws IOException {
    Files.createDirectories(directory);
  }

  /** Returns the directory of an image. */
  Path directory(String id) {
    return directory.resolve(hex(id));
  }

  Path root(String id) {
    return rootIn(directory(id));
  }

  static Path rootIn(Path image) {
    return image.resolve(ROOT);
  }

  Path config(String id) {
    return directory(id).resolve(CONFIG);
  }

  static String hex(String id) {
    return id.substring(id.indexOf(':') + 1);
  }

  private static String id(String hex) {
    return "sha256:" + hex;
  }

  /** Returns whether an image's tree is there, or lies elsewhere and may be used. */
  boolean has(String id) {
    Path root = root(id);
    return Files.isDirectory(root) && (!Files.isSymbolicLink(root) || mayBeElsewhere.test(id));
  }

  /**
   * Marks an image as used by this process, until that ends, and notes the time. Whoever finds the
   * image after that keeps it.
   */
  void hold(String id) throws IOException {
    keep(id);
    used(id);
  }

  /** Marks an image as used by this process, and notes no time: nobody needs it for a container. */
  void keep(String id) throws IOException {
    uses.hold(hex(id));
  }

  /** Notes the time of a use; fast. */
  void used(String id) {
    long now = System.nanoTime();
    Long last = noted.get(id);
    if (last != null && now - last < BETWEEN_NOTES) {
      return;
    }
    noted.put(id, now);
    try {
      Files.setLastModifiedTime(directory(id), FileTime.from(Instant.now()));
    } catch (NoSuchFileException notYet) {
      noted.remove(id);
    } catch (IOException e) {
      LOG.debug("Could not note the use of image {}", id, e);
    }
  }

  /** Returns whether any process uses an image. */
  boolean isUsed(String id) throws IOException {
    return !uses.ifUnused(hex(id), () -> {});
  }

  /**
   * Moves a tree to its place, where none is that may be used; the caller has the lock of the
   * store.
   *
   * @param copy the directory with the tree, on the same disk
   */
  void put(String id, Path copy) throws IOException {
    delete(directory(id));
    Files.move(copy, directory(id));
  }

  /** Returns the directory below another one into which the layers of an image go. */
  static Path begin(Path copy) throws IOException {
    return Files.createDirectory(Files.createDirectory(copy).resolve(ROOT));
  }

  /** Writes what belongs to a tree. */
  static void complete(Path copy, String config, FileSums sums) throws IOException {
    Files.writeString(copy.resolve(CONFIG), config, UTF_8);
    long bytes = TreeRecord.write(copy.resolve(ROOT), sums, copy.resolve(RECORD));
    Files.writeString(copy.resolve(SIZE), Long.toString(bytes), UTF_8);
  }

  /** Writes what belongs to a tree that lies elsewhere, and takes nothing of this disk. */
  static void completeLink(Path copy, String config) throws IOException {
    Files.writeString(copy.resolve(CONFIG), config, UTF_8);
    Files.writeString(copy.resolve(SIZE), "0", UTF_8);
  }

  /** Returns all images, in no order. */
  List<Tree> all() throws IOException {
    List<Tree> all = new ArrayList<>();
    for (Path each : entries()) {
      String hex = each.getFileName().toString();
      if (HEX.matcher(hex).matches()) {
        try {
          all.add(new Tree(id(hex), bytes(each), Files.getLastModifiedTime(each).toInstant()));
        } catch (NoSuchFileException deletedMeanwhile) {
          LOG.debug("Image {} was deleted meanwhile", hex, deletedMeanwhile);
        }
      }
    }
    return all;
  }

  private List<Path> entries() throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      all.forEach(entries::add);
    } catch (NoSuchFileException none) {
      return entries;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  private static long bytes(Path image) throws IOException {
    try {
      return Long.parseLong(Files.readString(image.resolve(SIZE), UTF_8).strip());
    } catch (NoSuchFileException | NumberFormatException damaged) {
      return TreeRecord.measure(image);
    }
  }

  /** Returns what of an image is not as it was unpacked; none if all is. */
  List<String> differences(String id) throws IOException {
    List<String> all = new ArrayList<>();
    if (!Files.exists(config(id)) || !Sha256.of(Files.readAllBytes(config(id))).equals(id)) {
      all.add("its configuration, %s, is missing or has other content".formatted(CONFIG));
    }
    Path record = directory(id).resolve(RECORD);
    if (Files.isSymbolicLink(root(id)) && Files.isDirectory(root(id))) {
      LOG.debug("The files of {} lie elsewhere, and were not unpacked here", id);
    } else if (!Files.exists(record)) {
      all.add("the list of its files, %s, is missing".formatted(RECORD));
    } else if (!Files.isDirectory(root(id))) {
      all.add("its files are missing");
    } else {
      all.addAll(TreeRecord.differences(root(id), record));
    }
    return all;
  }

  /**
   * Deletes an image, unless a process uses it; the caller has the lock of the store. It is moved
   * away first: nobody sees a part of it.
   *
   * @return whether it is gone
   */
  boolean remove(String id) throws IOException {
    String hex = hex(id);
    Path going = directory.resolve(GOING + hex);
    delete(going);
    if (!uses.ifUnused(hex, () -> Files.move(directory(id), going))) {
      return false;
    }
    noted.remove(id);
    delete(going);
    return true;
  }

  /** Deletes what processes that died have begun to delete; the caller has the lock. */
  void deleteLeftovers() throws IOException {
    for (Path each : entries()) {
      if (each.getFileName().toString().startsWith(GOING)) {
        delete(each);
      }
    }
  }

  /** Of what has died or ended nothing is needed: what cannot be deleted is no failure. */
  static void delete(Path tree) {
    try {
      FileTree.delete(tree, Writers.GONE);
    } catch (IOException e) {
      LOG.warn("Could not delete {}; the next load or pull tries it again", tree, e);
    }
  }
}
