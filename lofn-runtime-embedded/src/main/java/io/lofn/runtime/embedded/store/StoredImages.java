package io.lofn.runtime.embedded.store;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The images of one user on this node, for a person who looks after them. */
public final class StoredImages {

  /** How long others may unpack meanwhile. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path directory;
  private final ImageNames names;
  private final StoredTrees trees;
  private final StoreWriter writer;

  /**
   * An image.
   *
   * @param id its id, with its algorithm
   * @param names each with the digest by which its registry knows it; an empty text if it came from
   *     an archive
   * @param bytes what it takes of the disk, about
   * @param lastUse when a container was started last
   * @param used whether a process uses it now
   */
  public record Image(
      String id, Map<String, String> names, long bytes, Instant lastUse, boolean used) {

    private static final int SHORTEST_ID = 12;

    /** Returns whether a text is one of its names, its id, or the beginning of that. */
    public boolean isNamed(String text) {
      String plain = text.startsWith("sha256:") ? text : "sha256:" + text;
      if (plain.length() >= "sha256:".length() + SHORTEST_ID && id.startsWith(plain)) {
        return true;
      }
      try {
        return names.containsKey(ImageNames.full(ImageReference.parse(text)));
      } catch (ImageUnavailableException noName) {
        return false;
      }
    }

    /** Returns its first name, or its id if it has none. */
    public String title() {
      return names.keySet().stream().findFirst().orElse(id);
    }
  }

  /**
   * Creates the view; reads nothing.
   *
   * @param directory of the store
   */
  public StoredImages(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
    names = new ImageNames(this.directory.resolve("names"));
    trees = new StoredTrees(this.directory, id -> true);
    Eviction none = new Eviction(trees, names, Long.MAX_VALUE);
    writer = new StoreWriter(this.directory, names, trees, none);
  }

  /** Returns the directory of the store. */
  public Path directory() {
    return directory;
  }

  /**
   * Returns all images, the one that was used last first.
   *
   * @throws IOException if they cannot be read
   * @throws EngineException if they belong to another user
   */
  public List<Image> list() throws IOException {
    List<Image> all = new ArrayList<>();
    if (!Files.exists(directory)) {
      return all;
    }
    writer.checkOwner();
    Map<String, List<String>> named = names.byId();
    for (StoredTrees.Tree each : trees.all()) {
      Map<String, String> digests = new LinkedHashMap<>();
      for (String name : named.getOrDefault(each.id(), List.of())) {
        digests.put(name, names.digest(ImageReference.parse(name)).orElse(""));
      }
      all.add(new Image(each.id(), digests, each.bytes(), each.lastUse(), trees.isUsed(each.id())));
    }
    all.sort(Comparator.comparing(Image::lastUse).reversed());
    return all;
  }

  /**
   * Compares all files of an image with what was unpacked.
   *
   * @return what differs; none if nothing does
   * @throws IOException if it cannot be read
   */
  public List<String> verify(Image image) throws IOException {
    trees.keep(image.id());
    return trees.has(image.id())
        ? trees.differences(image.id())
        : List.of("it was deleted meanwhile");
  }

  /**
   * Deletes an image and its names, unless a process uses it.
   *
   * @return whether it is gone
   * @throws IOException if it cannot be deleted
   * @throws EngineException if others unpack images all the time
   */
  public boolean remove(Image image) throws IOException {
    return writer.locked(
        directory,
        System.nanoTime() + PATIENCE.toNanos(),
        () -> {
          if (trees.has(image.id()) && !trees.remove(image.id())) {
            return false;
          }
          names.forget(image.id()::equals, Instant.MAX);
          return true;
        });
  }

  /**
   * Deletes the layers that failed pulls have left, and what processes that died have begun.
   *
   * @throws IOException if others pull all the time
   */
  public void removeLeftovers() throws IOException {
    if (Files.exists(directory)) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      writer.pull(
          deadline,
          () -> {
            writer.deletePulled();
            return writer.change(deadline, () -> true);
          });
    }
  }
}
