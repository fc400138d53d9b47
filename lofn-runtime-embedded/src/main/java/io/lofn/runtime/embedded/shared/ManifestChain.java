package io.lofn.runtime.embedded.shared;

import io.lofn.api.ImageUnavailableException;
import io.lofn.runtime.embedded.registry.Manifest;
import io.lofn.runtime.embedded.registry.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The manifest of an image and the indexes above it.
 *
 * @param all the manifest first, the outermost index last
 */
record ManifestChain(List<Manifest> all) {

  private static final int MOST_DEPTH = 4;

  /** Reads a manifest by its digest; empty if it is not there. */
  @FunctionalInterface
  interface Reader {
    Optional<byte[]> read(String digest) throws IOException;
  }

  /**
   * Follows indexes to the manifest for a platform.
   *
   * @return empty if one of them is not there, or there is none for the platform
   */
  static Optional<ManifestChain> read(
      Source source, String digest, Optional<String> wanted, Reader reader) throws IOException {
    List<Manifest> all = new ArrayList<>();
    String next = digest;
    try {
      for (int depth = 0; depth <= MOST_DEPTH; depth++) {
        Optional<byte[]> bytes = reader.read(next);
        if (bytes.isEmpty()) {
          return Optional.empty();
        }
        Manifest manifest = Manifest.parse(source, bytes.get());
        all.add(manifest);
        if (!manifest.isIndex()) {
          Collections.reverse(all);
          return Optional.of(new ManifestChain(List.copyOf(all)));
        }
        next = manifest.choose(wanted).digest();
      }
    } catch (ImageUnavailableException notForThisNode) {
      return Optional.empty(); // The registry says it in its own words.
    }
    return Optional.empty();
  }

  /** Returns the manifest of the image. */
  Manifest image() {
    return all.get(0);
  }
}
