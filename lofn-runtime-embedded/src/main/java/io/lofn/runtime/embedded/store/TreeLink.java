package io.lofn.runtime.embedded.store;

import io.lofn.image.ArchivedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trees whose files lie elsewhere: their root is a link. */
final class TreeLink {

  private static final Logger LOG = LoggerFactory.getLogger(TreeLink.class);

  private TreeLink() {}

  /**
   * Makes a tree.
   *
   * @param tree the directory of the other tree
   * @param work where the new one's is made, which is not there
   */
  static Path make(ArchivedImage image, Path tree, Path work) throws IOException {
    LOG.info("Using the tree {} where it is", tree);
    Path copy = Files.createDirectory(work.resolve(StoredTrees.hex(image.id())));
    Files.createSymbolicLink(StoredTrees.rootIn(copy), StoredTrees.rootIn(tree));
    StoredTrees.completeLink(copy, image.config());
    return copy;
  }
}
