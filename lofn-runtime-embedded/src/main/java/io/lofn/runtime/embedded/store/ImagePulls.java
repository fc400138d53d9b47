package io.lofn.runtime.embedded.store;

import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.http.RegistryName;
import io.lofn.image.ArchivedImage;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Pulls images into the store, once for all processes of the node. */
final class ImagePulls {

  private final Path directory;
  private final ImageNames names;
  private final StoredTrees trees;
  private final StoreWriter writer;
  private final RegistryClient registries;

  ImagePulls(
      Path directory,
      ImageNames names,
      StoredTrees trees,
      StoreWriter writer,
      RegistryClient registries) {
    this.directory = directory;
    this.names = names;
    this.trees = trees;
    this.writer = writer;
    this.registries = registries;
  }

  /**
   * Pulls an image, unless another process has done so while this one waited.
   *
   * @throws EngineException if it cannot be had, or cannot be unpacked
   */
  void pull(ImageRequest request) {
    long deadline = System.nanoTime() + request.pullTimeout().toNanos();
    try {
      writer.pull(
          deadline,
          () -> {
            ImageReference image = ImageReference.parse(request.reference());
            if (request.policy() == PullPolicy.ALWAYS && !image.isImmutable()) {
              update(image, request, deadline);
            } else if (!isHere(image)) {
              pull(image, request, deadline);
            }
            return true;
          });
    } catch (IOException e) {
      throw new EngineException(
          "Image %s cannot be pulled into %s: %s"
              .formatted(request.reference(), directory, ImageStore.said(e)),
          e);
    }
  }

  private boolean isHere(ImageReference image) throws IOException {
    Optional<String> id = names.find(image);
    if (id.isEmpty() || !trees.has(id.get())) {
      return false;
    }
    trees.hold(id.get());
    return trees.has(id.get());
  }

  /** Asks which image a tag names now, and pulls that if it is another one. */
  private void update(ImageReference tag, ImageRequest request, long deadline) throws IOException {
    String digest = registries.digest(tag, left(deadline));
    ImageReference image = new ImageReference(tag.repository(), digest, tag.registry(), tag.isId());
    if (!isHere(image)) {
      pull(image, request, deadline);
    }
    Optional<String> id = names.find(image);
    if (id.isPresent()) {
      writer.change(
          deadline,
          () -> names.set(RegistryName.of(tag).toString(), id.get(), digest, writer.begun()));
    }
  }

  private void pull(ImageReference image, ImageRequest request, long deadline) throws IOException {
    RoomAttempts attempts = new RoomAttempts(writer, deadline, writer.hasPulled());
    while (true) {
      try {
        pullOnce(image, request, deadline);
        writer.deletePulled();
        return;
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw new EngineException(
              "The pull of image %s was interrupted".formatted(request.reference()), e);
        }
        attempts.next(e);
      }
    }
  }

  private void pullOnce(ImageReference image, ImageRequest request, long deadline)
      throws IOException {
    registries.pull(
        image,
        request.platform(),
        writer.pulled(),
        left(deadline),
        (archive, digest) -> {
          for (ArchivedImage each : archive.images()) {
            writer.add(each, deadline, () -> name(image, each.id(), digest));
          }
        });
  }

  private boolean name(ImageReference image, String id, String digest) throws IOException {
    RegistryName name = RegistryName.of(image);
    names.set(name.at(digest).toString(), id, digest, writer.begun());
    return names.set(name.toString(), id, digest, writer.begun());
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
  }
}
