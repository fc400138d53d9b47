package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.image.ArchivedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trees whose files lie elsewhere: their root is a link. */
final class TreeLink {

  private static final Logger LOG = LoggerFactory.getLogger(TreeLink.class);
  private static final String ROOT = "root";

  private TreeLink() {}

  /**
   * Makes a tree.
   *
   * @param tree the directory of the other tree
   * @param copy the new one's, which is not there
   */
  static Path make(ArchivedImage image, Path tree, Path copy) throws IOException {
    LOG.info("Using the tree {} where it is", tree);
    Files.createDirectory(copy);
    Files.createSymbolicLink(copy.resolve(ROOT), tree.resolve(ROOT));
    Files.writeString(copy.resolve("config.json"), image.config(), UTF_8);
    return copy;
  }

  /**
   * Returns whether a tree is there.
   *
   * @param mayBeUsed whether the tree of an id may be used elsewhere, still
   */
  static boolean isWhole(Path tree, String id, Predicate<String> mayBeUsed) {
    Path root = tree.resolve(ROOT);
    return Files.isDirectory(root) && (!Files.isSymbolicLink(root) || mayBeUsed.test(id));
  }
}
