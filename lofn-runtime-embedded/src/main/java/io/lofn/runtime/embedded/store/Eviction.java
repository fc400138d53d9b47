package io.lofn.runtime.embedded.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images go: those without a name, those that only a digest names and nobody has used for a
 * week, and while the store is too large or the disk full, those whose last use is longest ago. One
 * that a process uses never goes. All methods need the lock of the store.
 */
final class Eviction {

  private static final Logger LOG = LoggerFactory.getLogger(Eviction.class);

  /** How long an image stays that has lost its tag to a newer one: jobs that run may need it. */
  private static final Duration BY_DIGEST = Duration.ofDays(7);

  /** How long the store can tell that it had an image. */
  private static final Duration REMEMBERED = Duration.ofDays(30);

  private final StoredTrees trees;
  private final ImageNames names;
  private final long mostBytes;

  /**
   * @param mostBytes what all images may take
   */
  Eviction(StoredTrees trees, ImageNames names, long mostBytes) {
    this.trees = trees;
    this.names = names;
    this.mostBytes = mostBytes;
  }

  /** Deletes what nobody can want any more, and what is too much. */
  void tidy() {
    try {
      Map<String, List<String>> named = names.byId();
      for (StoredTrees.Tree each : trees.all()) {
        Optional<String> why = obsolete(each, named.getOrDefault(each.id(), List.of()));
        if (why.isPresent() && trees.remove(each.id())) {
          LOG.info("Deleted image {}, {}", each.id(), why.get());
        }
      }
      names.forget(id -> !trees.has(id), Instant.now().minus(REMEMBERED));
      shrink(named);
    } catch (IOException e) {
      // The images that were asked for are there: a later load or pull tries it again.
      LOG.warn("Could not delete images that are not needed", e);
    }
  }

  private static Optional<String> obsolete(StoredTrees.Tree image, List<String> names) {
    if (names.isEmpty()) {
      return Optional.of("whose names are other images' now");
    }
    boolean old = image.lastUse().isBefore(Instant.now().minus(BY_DIGEST));
    return old && names.stream().allMatch(each -> each.contains("@"))
        ? Optional.of("which lost its tag, and was not used for a week: " + names)
        : Optional.empty();
  }

  private void shrink(Map<String, List<String>> named) throws IOException {
    List<StoredTrees.Tree> all = byUse();
    long total = all.stream().mapToLong(StoredTrees.Tree::bytes).sum();
    for (StoredTrees.Tree each : all) {
      if (total <= mostBytes) {
        return;
      }
      if (trees.remove(each.id())) {
        total -= each.bytes();
        LOG.info(
            "Deleted image {} {}, last used at {}: all images took more than {}",
            each.id(),
            named.getOrDefault(each.id(), List.of()),
            each.lastUse(),
            ImageStore.SIZE_SETTING);
      }
    }
    if (total > mostBytes) {
      LOG.warn(
          "The images take {} bytes, more than the {} of {}, and processes use all of them",
          total,
          mostBytes,
          ImageStore.SIZE_SETTING);
    }
  }

  /**
   * Deletes images on a full disk, those that were used last only if it must be.
   *
   * @param least so many images, if there are
   * @param bytes and so many bytes
   * @return how many it has deleted
   */
  int free(int least, long bytes) throws IOException {
    trees.deleteLeftovers();
    int deleted = 0;
    long freed = 0;
    for (StoredTrees.Tree each : byUse()) {
      if (deleted >= least && freed >= bytes) {
        break;
      }
      if (trees.remove(each.id())) {
        deleted++;
        freed += each.bytes();
        LOG.info("Deleted image {}, last used at {}: the disk is full", each.id(), each.lastUse());
      }
    }
    return deleted;
  }

  private List<StoredTrees.Tree> byUse() throws IOException {
    return trees.all().stream().sorted(Comparator.comparing(StoredTrees.Tree::lastUse)).toList();
  }
}
