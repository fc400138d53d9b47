package io.lofn.runtime.embedded.shared;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.http.RegistryName;
import io.lofn.image.ImageArchive;
import io.lofn.image.Platform;
import io.lofn.image.Sha256;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.registry.Source;
import io.lofn.spi.ImageReference;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that nodes share: the first node that pulls one puts it there, and the others read it.
 * What it cannot do is no failure of a pull: then the registry is asked. Thread-safe.
 */
public final class SharedStore {

  /** The key that names its place, as users write it. */
  static final String SETTING = "spark.lofn.embedded.store";

  private static final String KEY = "store";
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

  private final @Nullable SharedLayout layout;
  private final Duration patience;
  private final Function<Path, Optional<String>> trial;
  private final Health health;

  /** Pulls from a registry. */
  @FunctionalInterface
  public interface Registry {

    /**
     * Pulls the image.
     *
     * @param receiver takes it
     * @throws IOException from the receiver, or if files cannot be written
     */
    void pull(RegistryClient.Receiver receiver) throws IOException;
  }

  private SharedStore(
      @Nullable SharedLayout layout, Duration patience, Function<Path, Optional<String>> trial) {
    this.layout = layout;
    this.patience = patience;
    this.trial = trial;
    health = new Health(toString());
  }

  /** Returns the keys of the runtime that it reads, and what they mean. */
  public static Map<String, String> properties() {
    return Map.of(
        KEY,
        "directory in which nodes share images: an absolute path that all have, or a URI of a Hadoop"
            + " file system; none unless set");
  }

  /** Returns a store in which nothing is. */
  public static SharedStore none() {
    return new SharedStore(null, Duration.ZERO, root -> Optional.empty());
  }

  /**
   * Opens the store, if there is one. Nodes that wait for another one take it for dead when it has
   * not shown for the timeout of calls that it lives.
   *
   * @param config the runtime's configuration
   * @param trial of trees that are used where they are
   * @throws EngineException if nothing serves its file system
   */
  public static SharedStore of(RuntimeConfig config, OverlayTrial trial) {
    return of(config, trial::refusal);
  }

  /**
   * Fails as the other method does.
   *
   * @param config the runtime's configuration
   * @throws EngineException if nothing serves its file system
   */
  public static void require(RuntimeConfig config) {
    SharedStore unused = of(config, root -> Optional.empty());
  }

  private static SharedStore of(RuntimeConfig config, Function<Path, Optional<String>> trial) {
    return config
        .property(KEY)
        .map(String::strip)
        .filter(setting -> !setting.isEmpty())
        .map(setting -> new SharedLayout(Place.of(setting, config)))
        .map(layout -> new SharedStore(layout, config.callTimeout(), trial))
        .orElseGet(SharedStore::none);
  }

  /**
   * Returns the directory of an image's tree that nodes use where it is.
   *
   * @param id the image's id
   */
  public Optional<Path> tree(String id) {
    return layout == null
        ? Optional.empty()
        : layout.place().path().flatMap(path -> new SharedTrees(path, trial).find(id));
  }

  /** Returns the digest that a tag stands for there. */
  public Optional<String> digest(ImageReference tag) {
    if (layout == null || !health.isReadable()) {
      return Optional.empty();
    }
    try {
      return layout.digest(RegistryName.of(tag));
    } catch (IOException | RuntimeException e) {
      health.unreadable(e);
      return Optional.empty();
    }
  }

  /** Notes the digest that a tag stands for in its registry. */
  public void name(ImageReference tag, String digest) {
    if (layout != null && !tag.isImmutable() && health.isWritable()) {
      try {
        layout.name(RegistryName.of(tag), digest);
      } catch (IOException | RuntimeException e) {
        health.unwritable(tag, e);
      }
    }
  }

  /** Returns whether an image is there for this node, as far as its manifest tells. */
  public boolean has(ImageReference image, Optional<String> platform) {
    return find(image, platform).isPresent();
  }

  private Optional<Found> find(ImageReference image, Optional<String> platform) {
    SharedLayout place = layout;
    if (place == null || !health.isReadable() || image.isId()) {
      return Optional.empty();
    }
    try {
      Optional<String> digest =
          image.isImmutable()
              ? Optional.of(image.tagOrDigest()).filter(Sha256::isDigest)
              : place.digest(RegistryName.of(image));
      return digest.isEmpty()
          ? Optional.empty()
          : SharedImage.find(place, source(place, image), digest.get(), platform)
              .map(found -> new Found(found, digest.get()));
    } catch (StoreFault e) {
      fault(image, e);
    } catch (IOException | RuntimeException e) {
      health.unreadable(e);
    }
    return Optional.empty();
  }

  private record Found(SharedImage image, String digest) {}

  private static Source source(SharedLayout layout, ImageReference image) {
    return new Source(layout.place().toString(), RegistryName.of(image).path(), false, image);
  }

  /**
   * Reads an image, if it is there and whole.
   *
   * @param platform as the user names it; empty: this node's
   * @return whether the receiver has taken it
   * @throws IOException from the receiver
   */
  public boolean take(
      ImageReference image, Optional<String> platform, RegistryClient.Receiver receiver)
      throws IOException {
    Optional<Found> found = find(image, platform);
    if (found.isEmpty()) {
      return false;
    }
    SharedImage shared = found.get().image();
    try (ImageArchive archive = ImageArchive.of(shared)) {
      receiver.take(archive, found.get().digest());
      shared.end();
      return true;
    } catch (IOException e) {
      Optional<StoreFault> fault = shared.fault();
      if (fault.isEmpty()) {
        throw e;
      }
      fault(image, fault.get());
      return false;
    }
  }

  /**
   * Reads an image, or has it pulled and puts it there. Of all nodes one pulls at a time.
   *
   * @param platform as the user names it; empty: this node's
   * @param deadline as {@link System#nanoTime()} counts
   * @param pulled the OCI layout to which the registry's files come
   * @param receiver takes the image
   * @param registry is asked if the image is not there
   * @throws IOException from the receiver, or if files cannot be written
   */
  public void pull(
      ImageReference image,
      Optional<String> platform,
      long deadline,
      Path pulled,
      RegistryClient.Receiver receiver,
      Registry registry)
      throws IOException {
    while (!take(image, platform, receiver)) {
      SharedLayout place = layout;
      if (place == null || !health.isWritable()) {
        registry.pull(receiver);
        return;
      }
      String key = RegistryName.of(image) + " " + platform.orElse(Platform.own().toString());
      try (Turns.Turn turn = turn(place, image, Sha256.hex(key.getBytes(UTF_8)), deadline)) {
        if (turn.isOver()) {
          continue;
        }
        // Another node may have had its turn since this one looked.
        if (!take(image, platform, receiver)) {
          registry.pull(
              (archive, digest) -> {
                receiver.take(archive, digest);
                put(place, image, new PulledImage(pulled, digest, platform));
              });
        }
      }
      return;
    }
  }

  private Turns.Turn turn(SharedLayout place, ImageReference image, String key, long deadline) {
    try {
      return new Turns(place.place(), patience)
          .await(RegistryName.of(image).toString(), key, deadline);
    } catch (IOException e) {
      health.unwritable(image, e);
      return Turns.Turn.WITHOUT;
    }
  }

  private void put(SharedLayout place, ImageReference image, PulledImage pulled) {
    if (!health.isWritable()) {
      return;
    }
    try {
      if (pulled.putInto(place, source(place, image))) {
        LOG.info("Put image {} into the shared store {}", RegistryName.of(image), place.place());
      }
      if (!image.isImmutable()) {
        place.name(RegistryName.of(image), pulled.digest());
      }
    } catch (IOException | RuntimeException e) {
      health.unwritable(image, e);
    }
  }

  private void fault(ImageReference image, StoreFault fault) {
    if (!fault.isDamaged() || layout == null) {
      health.unreadable(fault);
      return;
    }
    LOG.warn(
        "Image {} in the shared store {} ({}): {}; a pull from its registry replaces the file",
        RegistryName.of(image),
        layout.place(),
        SETTING,
        fault.getMessage());
    try {
      layout.delete(fault.digest());
    } catch (IOException | RuntimeException e) {
      health.unwritable(image, e);
    }
  }

  /** Returns where it is, for messages; empty if there is none. */
  @Override
  public String toString() {
    return layout == null ? "" : layout.place().toString();
  }
}
