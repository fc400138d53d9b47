package io.lofn.runtime.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Units;
import io.lofn.http.ArchiveFault;
import io.lofn.image.ImageArchive;
import io.lofn.image.NoRoomException;
import io.lofn.image.OciConfig;
import io.lofn.image.Platform;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.shared.SharedStore;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of one user on one node, shared by all its processes: a tree for each image, and files
 * that say which names it has. An image is unpacked beside its place and moved there when it is
 * whole. The first task that needs an image pulls and unpacks it, while others wait; what a process
 * that died has begun is deleted by the next one. Images that have lost their names to newer ones
 * are deleted when no process uses them. Thread-safe.
 */
public final class ImageStore {

  /** The key that moves the store. */
  static final String SETTING = "spark.lofn.embedded.dir";

  /** The property that limits the store. */
  public static final String MAX_SIZE = "images.maxSize";

  /** That of volumes, too. */
  public static final String DEFAULT_SIZE = "100g";

  /** The key that limits the store. */
  static final String SIZE_SETTING = "spark.lofn.embedded." + MAX_SIZE;

  private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
  private static final Pattern ID = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final ImageNames names;
  private final StoredTrees trees;
  private final StoreWriter writer;
  private final ImagePulls pulls;
  private final RegistryClient registries;
  private final SharedStore shared;
  private final Map<String, UnpackedRoot> opened = new ConcurrentHashMap<>();

  /**
   * Creates a store.
   *
   * @param directory its directory, which is made when it is first needed, for this user only
   * @param registries where images come from that are not here
   * @param shared where images come from that another node has pulled
   * @param mostBytes what all images may take, from {@link #maxSize}
   */
  public ImageStore(Path directory, RegistryClient registries, SharedStore shared, long mostBytes) {
    this.directory = directory.toAbsolutePath();
    this.registries = registries;
    this.shared = shared;
    names = new ImageNames(this.directory.resolve("names"));
    trees = new StoredTrees(this.directory, id -> shared.tree(id).isPresent());
    Eviction eviction = new Eviction(trees, names, mostBytes);
    writer = new StoreWriter(this.directory, names, trees, eviction);
    pulls = new ImagePulls(this.directory, names, trees, writer, registries, shared);
  }

  /**
   * Returns what all images may take.
   *
   * @throws EngineException if the configuration is wrong
   */
  public static long maxSize(RuntimeConfig config) {
    String size = config.property(MAX_SIZE).orElse(DEFAULT_SIZE);
    try {
      return Units.size(size);
    } catch (IllegalArgumentException e) {
      throw new EngineException("%s is '%s': %s".formatted(SIZE_SETTING, size, e.getMessage()), e);
    }
  }

  /**
   * Finds an image by a name or by its id, and pulls it if that is needed and allowed.
   *
   * @throws ImageUnavailableException if it cannot be had
   */
  public PreparedImage prepare(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    boolean mayMove = request.policy() == PullPolicy.ALWAYS && !image.isImmutable();
    Optional<PreparedImage> present = mayMove ? Optional.empty() : present(image, request);
    if (present.isPresent()) {
      return present.get();
    }
    if (request.policy() == PullPolicy.NEVER) {
      if (shared.has(image, request.platform()) && pulls.takeShared(request)) {
        return present(image, request).orElseThrow(() -> deleted(request));
      }
      throw missing(
          request,
          "the pull policy is never. Set Tool.imageArchive to an archive of 'docker save' or an OCI"
              + " image, or set Tool.pullPolicy or spark.lofn.image.pullPolicy to missing");
    }
    if (image.isId()) {
      throw missing(
          request,
          "an id cannot be pulled. Use its name, or set Tool.imageArchive to an archive of 'docker"
              + " save' or an OCI image");
    }
    pulls.pull(request);
    return present(image, request).orElseThrow(() -> deleted(request));
  }

  private ImageUnavailableException deleted(ImageRequest request) {
    return missing(request, "it was pulled, and deleted meanwhile");
  }

  private ImageUnavailableException missing(ImageRequest request, String why) {
    return new ImageUnavailableException(
        "Image %s is not on this node: %s %s, and %s"
            .formatted(request.reference(), directory, fate(request.reference()), why));
  }

  /** An image that went by its name has lost that; one that went for room has not. */
  private String fate(String reference) {
    try {
      if (names.find(ImageReference.parse(reference)).isPresent()) {
        return "had it, and deleted it to make room for others (%s)".formatted(SIZE_SETTING);
      }
      return shared.toString().isEmpty()
          ? "has no image of this name"
          : "and the shared store %s have no image of this name".formatted(shared);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private Optional<PreparedImage> present(ImageReference image, ImageRequest request) {
    try {
      Optional<String> id = Files.exists(directory) ? find(image) : Optional.empty();
      if (id.isEmpty()) {
        return Optional.empty();
      }
      trees.hold(id.get()); // From here on nobody deletes the tree.
      JsonNode config = config(id.get());
      requirePlatform(request, config);
      return Optional.of(
          PreparedImage.of(request.reference(), id.get())
              .config(OciConfig.of(config.path("config"))));
    } catch (NoSuchFileException deletedMeanwhile) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private Optional<String> find(ImageReference parsed) throws IOException {
    writer.checkOwner();
    Optional<String> id =
        parsed.isId() ? Optional.of(ImageNames.id(parsed.repository())) : names.find(parsed);
    return id.filter(trees::has);
  }

  /**
   * Returns the digest that a name stands for, as {@link io.lofn.spi.ImageDigests} says.
   *
   * @throws EngineException if the registry does not answer as it should
   */
  public Optional<String> digest(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    if (image.isImmutable()) {
      return image.isId() ? Optional.empty() : Optional.of(image.tagOrDigest());
    }
    try {
      if (request.policy() != PullPolicy.ALWAYS
          && Files.exists(directory)
          && find(image).isPresent()) {
        return names.digest(image);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    Optional<String> known =
        request.policy() == PullPolicy.ALWAYS ? Optional.empty() : shared.digest(image);
    if (known.isPresent() || request.policy() == PullPolicy.NEVER) {
      return known;
    }
    String digest = registries.digest(request);
    shared.name(image, digest);
    return Optional.of(digest);
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
      trees.used(id);
      return known;
    }
    try {
      if (ID.matcher(id).matches() && Files.exists(directory)) {
        trees.hold(id);
        Path root = trees.root(id);
        if (trees.has(id)) {
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
    return JSON.readTree(Files.readAllBytes(trees.config(id)));
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
    RoomAttempts attempts = new RoomAttempts(writer, deadline, false);
    try {
      while (!isLoaded(archive, deadline, attempts)) {
        LOG.info("Loading {} again, now that there is more room", archive);
      }
    } catch (IOException e) {
      EngineException failure =
          new EngineException(
              "Archive %s cannot be loaded into %s: %s".formatted(archive, directory, said(e)), e);
      throw Files.isDirectory(archive) ? failure : ArchiveFault.explain(archive, failure);
    }
  }

  private boolean isLoaded(Path archive, long deadline, RoomAttempts attempts) throws IOException {
    try {
      return writer.change(
          deadline,
          () -> {
            try (ImageArchive images =
                ImageArchive.open(archive, writer.begun(), SETTING, deadline)) {
              writer.addAll(images, deadline);
            }
            return true;
          });
    } catch (IOException e) {
      attempts.nextLoad(e);
      return false;
    }
  }

  static String said(IOException e) {
    return e.getClass() == IOException.class || e instanceof NoRoomException
        ? String.valueOf(e.getMessage())
        : e.toString();
  }
}
