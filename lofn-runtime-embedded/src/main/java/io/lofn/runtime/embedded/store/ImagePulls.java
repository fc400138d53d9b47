package io.lofn.runtime.embedded.store;

import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.http.RegistryName;
import io.lofn.image.ArchivedImage;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Pulls images into the store, once for all processes of the node. */
final class ImagePulls {

  private final Path directory;
  private final ImageNames names;
  private final StoreWriter writer;
  private final RegistryClient registries;

  ImagePulls(Path directory, ImageNames names, StoreWriter writer, RegistryClient registries) {
    this.directory = directory;
    this.names = names;
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
              .formatted(request.reference(), directory, explained(e)),
          e);
    }
  }

  private static String explained(IOException e) {
    String said = ImageStore.said(e);
    return said.contains("No space left") || said.contains("quota exceeded")
        ? said
            + "; free space (or inodes) there, or set %s to a directory on a larger disk"
                .formatted(ImageStore.SETTING)
        : said;
  }

  private boolean isHere(ImageReference image) throws IOException {
    Optional<String> id = names.find(image);
    return id.isPresent() && Files.isDirectory(writer.tree(id.get()));
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
    try {
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
    } catch (IOException e) {
      // What came is damaged, or the disk is full.
      writer.deletePulled();
      throw e;
    }
    writer.deletePulled();
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
