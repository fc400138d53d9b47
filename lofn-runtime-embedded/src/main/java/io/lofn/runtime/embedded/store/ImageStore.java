package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.files.FileTree;
import io.lofn.files.ForeignFileException;
import io.lofn.files.NodeLock;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import io.lofn.http.ArchiveFault;
import io.lofn.image.ArchivedImage;
import io.lofn.image.ImageArchive;
import io.lofn.image.OciConfig;
import io.lofn.image.Platform;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of one user on one node, shared by all its processes: a tree for each image, and files
 * that say which names it has. An image is unpacked beside its place and moved there when it is
 * whole. The first task that needs an image unpacks it, while others wait; what a process that died
 * has begun is deleted by the next one. Images that have lost their names to newer ones are deleted
 * when no process uses them. Thread-safe.
 */
public final class ImageStore {

  /** The key that moves the store. */
  static final String SETTING = "spark.lofn.embedded.dir";

  private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
  private static final Pattern ID = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final Path trees;
  private final Path begun;
  private final ImageNames names;
  private final TreeUses uses;
  private final Map<String, UnpackedRoot> opened = new ConcurrentHashMap<>();

  /**
   * Creates a store.
   *
   * @param directory its directory, which is made when it is first needed, for this user only
   */
  public ImageStore(Path directory) {
    this.directory = directory.toAbsolutePath();
    trees = this.directory.resolve("sha256");
    begun = this.directory.resolve("begun");
    names = new ImageNames(this.directory.resolve("names"));
    uses = new TreeUses(this.directory.resolve("uses"));
  }

  /**
   * Finds an image by a name or by its id.
   *
   * @throws ImageUnavailableException if it is not here; there is no registry to ask
   */
  public PreparedImage prepare(ImageRequest request) {
    String reference = request.reference();
    ImageReference parsed = ImageReference.parse(reference);
    if (request.policy() == PullPolicy.ALWAYS && !parsed.isImmutable()) {
      throw new ImageUnavailableException(
          "Image %s cannot be pulled: the runtime embedded takes images from archives only. Set Tool.imageArchive to an archive of 'docker save' or an OCI image, and the pull policy to MISSING or NEVER"
              .formatted(reference));
    }
    try {
      Optional<String> id = Files.exists(directory) ? find(parsed) : Optional.empty();
      if (id.isEmpty()) {
        throw missing(reference);
      }
      JsonNode config = config(id.get());
      requirePlatform(request, config);
      return PreparedImage.of(reference, id.get()).config(OciConfig.of(config.path("config")));
    } catch (NoSuchFileException deletedMeanwhile) {
      throw missing(reference);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private ImageUnavailableException missing(String reference) {
    return new ImageUnavailableException(
        "Image %s is not on this node: %s has no image of this name, and the runtime embedded takes images from archives only. Set Tool.imageArchive to an archive of 'docker save' or an OCI image"
            .formatted(reference, directory));
  }

  private Optional<String> find(ImageReference parsed) throws IOException {
    checkOwner();
    Optional<String> id =
        parsed.isId() ? Optional.of(ImageNames.id(parsed.repository())) : names.find(parsed);
    return id.filter(each -> Files.isDirectory(tree(each).resolve("root")));
  }

  private static void requirePlatform(ImageRequest request, JsonNode config) {
    Platform image = Platform.of(config);
    if (request.platform().isPresent() && !image.isNamed(request.platform().get())) {
      throw new ImageUnavailableException(
          "Image %s is for platform %s, not for %s; give the tool an archive for that platform, or remove Tool.platform"
              .formatted(request.reference(), image, request.platform().get()));
    }
    if (request.platform().isEmpty() && !Platform.own().runs(image)) {
      throw new ImageUnavailableException(
          "Image %s is for platform %s, and this node is %s; give the tool an archive for %s"
              .formatted(request.reference(), image, Platform.own(), Platform.own()));
    }
  }

  /**
   * Returns the tree of a prepared image. Fast: meant for each container.
   *
   * @param id the image's id, from {@link PreparedImage#id}
   * @throws ImageUnavailableException if it was deleted meanwhile
   */
  public UnpackedRoot open(String id) {
    UnpackedRoot known = opened.get(id);
    if (known != null && Files.isDirectory(known.root())) {
      return known;
    }
    try {
      if (ID.matcher(id).matches() && Files.exists(directory)) {
        uses.hold(hex(id));
        Path root = tree(id).resolve("root");
        if (Files.isDirectory(root)) {
          UnpackedRoot tree = new UnpackedRoot(root, OciConfig.of(config(id).path("config")));
          opened.put(id, tree);
          return tree;
        }
      }
    } catch (NoSuchFileException deletedMeanwhile) {
      LOG.debug("Image {} was deleted when it was to be opened", id, deletedMeanwhile);
    } catch (IOException e) {
      throw unreadable(e);
    }
    throw new ImageUnavailableException(
        "Image %s is not in %s: it was not prepared, or was deleted meanwhile"
            .formatted(id, directory));
  }

  private EngineException unreadable(IOException e) {
    return new EngineException("The images in %s cannot be read: %s".formatted(directory, e), e);
  }

  private JsonNode config(String id) throws IOException {
    return JSON.readTree(Files.readAllBytes(tree(id).resolve("config.json")));
  }

  private Path tree(String id) {
    return trees.resolve(hex(id));
  }

  private static String hex(String id) {
    return id.substring(id.indexOf(':') + 1);
  }

  /**
   * Unpacks all images of an archive that are not here yet, and gives them their names.
   *
   * @param archive a file, or the directory of an OCI layout
   * @param timeout how long it may take, the time that others unpack included
   * @throws EngineException if it is no archive of images, or cannot be unpacked
   */
  public void load(Path archive, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      makeDirectory();
      new NodeLock(directory)
          .with(
              deadline,
              who -> new IOException(who + " has unpacked images all the time"),
              () -> {
                loadLocked(archive, deadline);
                return true;
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          "Interrupted while waiting for others to unpack images into " + directory, e);
    } catch (IOException e) {
      EngineException failure =
          new EngineException(
              "Archive %s cannot be loaded into %s: %s".formatted(archive, directory, said(e)), e);
      throw Files.isDirectory(archive) ? failure : ArchiveFault.explain(archive, failure);
    }
  }

  private static String said(IOException e) {
    return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
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

  private void checkOwner() throws IOException {
    try {
      OwnDirectory.open(directory).close();
    } catch (ForeignFileException e) {
      throw new EngineException(
          "The directory of images is not safe: %s; delete it, or set %s to another directory"
              .formatted(e.getMessage(), SETTING),
          e);
    }
  }

  private void loadLocked(Path archive, long deadline) throws IOException {
    deleteBegun();
    Files.createDirectories(begun);
    Files.createDirectories(trees);
    try (ImageArchive images = ImageArchive.open(archive, begun, SETTING, deadline)) {
      for (ArchivedImage image : images.images()) {
        add(image, deadline);
      }
      deleteUnnamed();
    } finally {
      deleteBegun();
    }
  }

  /** Of no load that has died or ended anything is needed: what cannot be deleted is no failure. */
  private void deleteBegun() {
    try {
      FileTree.delete(begun, Writers.GONE);
    } catch (IOException e) {
      LOG.warn("Could not delete {}; the next load tries it again", begun, e);
    }
  }

  private void add(ArchivedImage image, long deadline) throws IOException {
    Path tree = tree(image.id());
    if (!Files.isDirectory(tree)) {
      image.requireDigests();
      Path copy = Files.createDirectory(begun.resolve(hex(image.id())));
      Path root = Files.createDirectory(copy.resolve("root"));
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
      image.unpack(root, Owners.mayBeKept(), SETTING, deadline);
      Files.writeString(copy.resolve("config.json"), image.config(), UTF_8);
      Files.move(copy, tree);
    }
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
