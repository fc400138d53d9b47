package io.lofn.runtime.embedded.store;

import io.lofn.api.EngineException;
import io.lofn.api.PullPolicy;
import io.lofn.files.NodeLock;
import io.lofn.http.RegistryName;
import io.lofn.image.ArchivedImage;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.shared.SharedStore;
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
  private final SharedStore shared;

  ImagePulls(
      Path directory,
      ImageNames names,
      StoredTrees trees,
      StoreWriter writer,
      RegistryClient registries,
      SharedStore shared) {
    this.directory = directory;
    this.names = names;
    this.trees = trees;
    this.writer = writer;
    this.registries = registries;
    this.shared = shared;
  }

  /**
   * Pulls an image, unless another process has done so while this one waited.
   *
   * @throws EngineException if it cannot be had, or cannot be unpacked
   */
  void pull(ImageRequest request) {
    long deadline = System.nanoTime() + request.pullTimeout().toNanos();
    boolean unused =
        inTurn(
            request,
            deadline,
            image -> {
              if (request.policy() == PullPolicy.ALWAYS && !image.isImmutable()) {
                update(image, request, deadline);
              } else if (!isHere(image)) {
                pull(image, request, deadline);
              }
              return true;
            });
  }

  /**
   * Reads an image from the shared store, and asks no registry.
   *
   * @return whether it is here now
   * @throws EngineException if it cannot be unpacked
   */
  boolean takeShared(ImageRequest request) {
    long deadline = System.nanoTime() + request.pullTimeout().toNanos();
    return inTurn(
        request,
        deadline,
        image ->
            isHere(image)
                || whileRoomIsMade(
                    request,
                    deadline,
                    () -> shared.take(image, request.platform(), taker(image, deadline))));
  }

  /** What is done while no other process of the node pulls. */
  @FunctionalInterface
  private interface Work {
    boolean on(ImageReference image) throws IOException;
  }

  private boolean inTurn(ImageRequest request, long deadline, Work work) {
    ImageReference image = ImageReference.parse(request.reference());
    try {
      return writer.pull(deadline, () -> work.on(image));
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

  /** Asks which image a tag names now, unless the driver has, and pulls that if it is another. */
  private void update(ImageReference tag, ImageRequest request, long deadline) throws IOException {
    Optional<String> known = request.digest();
    String digest = known.isPresent() ? known.get() : registries.digest(tag, left(deadline));
    if (known.isEmpty()) {
      shared.name(tag, digest);
    }
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
    boolean unused =
        whileRoomIsMade(
            request,
            deadline,
            () -> {
              shared.pull(
                  image,
                  request.platform(),
                  deadline,
                  writer.pulled(),
                  taker(image, deadline),
                  receiver ->
                      registries.pull(
                          image, request.platform(), writer.pulled(), left(deadline), receiver));
              return true;
            });
  }

  /** Repeats an attempt whose disk is full as long as images can be deleted. */
  private boolean whileRoomIsMade(
      ImageRequest request, long deadline, NodeLock.Action<Boolean> attempt) throws IOException {
    RoomAttempts attempts = new RoomAttempts(writer, deadline, writer.hasPulled());
    while (true) {
      try {
        boolean done = attempt.run();
        writer.deletePulled();
        return done;
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw new EngineException(
              "The pull of image %s was interrupted".formatted(request.reference()), e);
        }
        attempts.next(e);
      }
    }
  }

  /** Takes what comes into the store. */
  private RegistryClient.Receiver taker(ImageReference image, long deadline) {
    return (archive, digest) -> {
      for (ArchivedImage each : archive.images()) {
        writer.add(each, shared.tree(each.id()), deadline, () -> name(image, each.id(), digest));
      }
    };
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
