package io.lofn.runtime.embedded.shared;

import io.lofn.image.OciLayout;
import io.lofn.runtime.embedded.registry.Manifest;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import io.lofn.runtime.embedded.registry.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image that a registry has just given.
 *
 * @param layout the directory of an OCI layout with its files
 * @param digest of its manifest, or of the index
 * @param platform as the user names it; empty: this node's
 */
record PulledImage(Path layout, String digest, Optional<String> platform) {

  /**
   * Puts it into the store. A manifest comes after all that it names.
   *
   * @return false if its files are not all here, since the node had its tree already
   */
  boolean putInto(SharedLayout store, Source source) throws IOException {
    Optional<ManifestChain> chain = ManifestChain.read(source, digest, platform, this::read);
    if (chain.isEmpty()) {
      return false;
    }
    List<String> files = new ArrayList<>();
    Manifest image = chain.get().image();
    image.layers().stream().map(Descriptor::digest).forEach(files::add);
    files.add(image.config().digest());
    chain.get().all().stream().map(Manifest::digest).forEach(files::add);
    for (String each : files) {
      if (!Files.exists(file(each)) && !store.has(each)) {
        return false;
      }
    }
    store.prepare();
    for (String each : files) {
      store.put(each, file(each));
    }
    return true;
  }

  private Path file(String digest) {
    return layout.resolve(OciLayout.blob(digest));
  }

  private Optional<byte[]> read(String digest) throws IOException {
    return Files.exists(file(digest))
        ? Optional.of(Files.readAllBytes(file(digest)))
        : Optional.empty();
  }
}
